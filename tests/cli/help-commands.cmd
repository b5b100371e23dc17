for c in histogram capture drill batch fleet version; do
    oomwhy help $c
    echo "----"
done
oomwhy nmt --help | head -n 1
oomwhy help help | head -n 1
oomwhy help nothing || echo "exit $?"
