# Any case directory can be drilled; it needs no samples.
mkdir mine
small_kill >mine/dmesg.txt
printf 'answer\nundecided\nthe kernel log alone\n' >answers
oomwhy drill --samples nowhere --answers answers ./mine | sed -n '/^You said/,$p'
