mkdir case
small_kill >case/dmesg.txt
ln -s nowhere case/heap.hprof
oomwhy kills case >out
