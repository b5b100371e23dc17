small_dump >a.hprof
oomwhy histogram $model --top 2 --format json a.hprof
