small_kill >dmesg.txt
oomwhy histogram dmesg.txt
