# What is no command gets the help; `back` commits to nothing; files can be
# read, but none outside; the lines of a pipe are echoed; the end is no error.
cat <<'END' | oomwhy drill --samples "$ROOT/samples" arena-retention >out
what now
read native-trim.txt
read ../EXPECT
read heap.hprof.gz
answer
9
back
answer
1
back
END
sed -n '/answer> what now/,$p' out | sed '/^   *[0-9][0-9]*  /d'
