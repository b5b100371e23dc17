small_dump >a.hprof
oomwhy histogram -o /dev/full a.hprof
