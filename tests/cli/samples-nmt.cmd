oomwhy nmt --top 3 "$ROOT/samples/wrong-dump"
oomwhy nmt --format csv "$ROOT/samples/wrong-dump" | sed -n 1,3p
