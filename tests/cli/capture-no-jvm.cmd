# A process that is no JVM: /proc is taken, nothing is asked, SIGQUIT would
# have ended it. All is private.
mkfifo to from
cat <to >from &
pid=$!
exec 3>to 4<from
echo >&3 && read -r _ <&4 # it is cat now, no more the shell's copy
umask 022
oomwhy capture --progress never $pid cases >where || echo "exit $?"
kill -0 $pid && echo alive
stat -c '%a' cases "$(cat where)"
find cases -type f -perm /077
for f in proc-status.txt proc-smaps.txt proc-limits.txt; do
    [ -s "$(cat where)/$f" ] && echo "$f"
done
grep -o 'The JVM cannot be asked.*no libjvm.so' "$(cat where)/capture.txt" |
    sed 's/process [0-9]*/process PID/'
oomwhy inputs cases | grep -e smaps -e proc_status | wc -l
# The script for containers without oomwhy takes the same.
HEAP_DUMP=never "$ROOT/samples/capture/oomwhy-capture.sh" $pid script \
    2>/dev/null >there || echo "exit $?"
kill -0 $pid && echo alive
(cd "$(cat where)" && ls) >a
(cd "$(cat there)" && ls) >b
diff a b && echo "the same files"
find script -type f -perm /077
exec 3>&- 4<&- # the end of cat
