small_dump >a.hprof
oomwhy histogram -o report.json a.hprof
oomwhy histogram --format json a.hprof | cmp - report.json && ls
