small_dump >a.hprof
oomwhy --max-memory 20k a.hprof
