small_kill >dmesg.txt
oomwhy kills --format json dmesg.txt
