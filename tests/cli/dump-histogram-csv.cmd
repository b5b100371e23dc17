small_dump >a.hprof
oomwhy histogram $model --format csv a.hprof
