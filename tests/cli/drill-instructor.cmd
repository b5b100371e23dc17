oomwhy drill --samples "$ROOT/samples" --instructor direct-buffers stale-dump |
    grep -e '^# ' -e '^| ' -e '^## ' -e '^    ' -e '^- Answer' -e '^- Mind' |
    cut -c 1-72
oomwhy drill --samples "$ROOT/samples" --instructor | grep -c '^## '
