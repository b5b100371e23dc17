small_kill >dmesg.txt
oomwhy kills dmesg.txt
