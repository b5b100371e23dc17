small_dump >a.hprof
oomwhy histogram --format csv a.hprof
