small_dump >a.hprof
oomwhy histogram --top 2 --format json a.hprof
