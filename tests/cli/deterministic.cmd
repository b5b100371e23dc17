small_dump >a.hprof
small_kill >dmesg.txt
oomwhy --format json a.hprof dmesg.txt >1
oomwhy --format json a.hprof dmesg.txt >2
cmp 1 2
