# One that would need more than it may does not stop the other: 32 MiB of
# names against a limit of 16.
mkdir -p in/big in/small
{
    printf '\001\000\000\000\000\000\000\000\110\000\000\000\000\000\000\000\001'
    printf '%064d' 0
} >names
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
    cat names names >twice && mv twice names
done
{
    printf 'JAVA PROFILE 1.0.2\000\000\000\000\010\000\000\000\000\000\000\000\000'
    cat names
} >in/big/heap.hprof
rm names
small_kill >in/small/dmesg.txt
oomwhy batch in -o out --max-memory 16m
echo "status $?"
