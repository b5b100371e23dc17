# journalctl -r, and the viewers of the clouds, show the newest line first.
small_kill | tac >dmesg.txt
oomwhy kills dmesg.txt
