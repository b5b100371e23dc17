small_dump >a.hprof
oomwhy roots a.hprof
