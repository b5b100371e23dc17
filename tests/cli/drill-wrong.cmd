# The opposite trap: taken for a native leak. Then one hint, half right.
cat >answers <<'END'
answer
off_heap
unknown
dmesg says killed
hint
answer
other_process
child_process
the kernel's task table in dmesg
END
oomwhy drill --samples "$ROOT/samples" --answers answers \
    heap-over-limit neighbour-hog |
    sed -n '/^You said/,/points/p; /^The verdict rests on/p; /^---- score/,$p'
