# Who was to read has gone before the first byte is written.
small_dump >a.hprof
mkfifo pipe
: <pipe &
exec 3>pipe
wait $!
oomwhy --format json a.hprof >&3
echo $?
