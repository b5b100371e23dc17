# Every case answered as EXPECT has it; the reason names all kinds of files.
while read -r case side kind; do
    printf 'answer\n%s\n' "$side"
    printf '%s\n' "$kind"
    echo 'dmesg, NMT, the dump, gc log, stderr, histogram, smaps, trim, cgroup'
done <"$ROOT/samples/EXPECT" >answers
oomwhy drill --samples "$ROOT/samples" --answers answers |
    sed -n '/^---- score/,$p'
