small_dump >a.hprof
oomwhy suspects a.hprof
