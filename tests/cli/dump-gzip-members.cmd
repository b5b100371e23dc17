small_dump >a.hprof
head -c 300 a.hprof | gzip >a.gz
tail -c +301 a.hprof | gzip >>a.gz
oomwhy histogram $model a.gz
