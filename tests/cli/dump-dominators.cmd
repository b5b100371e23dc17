small_dump >a.hprof
oomwhy dominators a.hprof
