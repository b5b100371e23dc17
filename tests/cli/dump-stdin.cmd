small_dump | oomwhy histogram $model -
