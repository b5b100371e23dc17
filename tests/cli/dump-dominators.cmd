small_dump >a.hprof
oomwhy dominators $model a.hprof
