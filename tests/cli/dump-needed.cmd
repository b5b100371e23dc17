small_kill >dmesg.txt
oomwhy histogram $model dmesg.txt
