oomwhy nowhere.hprof
