small_dump >a.hprof
oomwhy histogram $model a.hprof
