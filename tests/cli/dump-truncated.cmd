small_dump | head -c 2500 >a.hprof
oomwhy histogram $model a.hprof
