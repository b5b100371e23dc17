# The whole report, to be read line by line.
cd "$ROOT"
oomwhy samples/wrong-dump
