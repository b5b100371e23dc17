printf 'skip\nquit\n' | oomwhy drill --samples "$ROOT/samples" |
    sed -n '/^---- case/p; /^---- score/,$p'
