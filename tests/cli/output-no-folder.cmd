small_dump >a.hprof
oomwhy histogram -o none/report.json a.hprof
