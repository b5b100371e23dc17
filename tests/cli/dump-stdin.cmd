small_dump | oomwhy histogram -
