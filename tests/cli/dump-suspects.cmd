small_dump >a.hprof
oomwhy suspects $model a.hprof
