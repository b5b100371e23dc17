# One that would need more than it may does not stop the other.
mkdir -p in/big in/small
small_dump >in/big/heap.hprof
small_kill >in/small/dmesg.txt
oomwhy batch in -o out --max-memory 7m
echo "status $?"
