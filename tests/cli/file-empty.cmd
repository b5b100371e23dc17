: >empty.hprof
oomwhy empty.hprof
