oomwhy drill --samples "$ROOT/samples" no-such-lab || echo "exit $?"
oomwhy drill --samples "$PWD" || echo "exit $?"
oomwhy drill --samples "$ROOT/samples" --answers gone healthy || echo "exit $?"
oomwhy drill --samples "$ROOT/samples" src || echo "exit $?"
