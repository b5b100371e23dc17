small_dump >a.hprof
oomwhy histogram a.hprof >/dev/full
