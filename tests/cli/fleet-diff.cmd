# A new group after the release makes --fail-on new fail; the same set does
# not.
mkdir before after
for set in before after; do
    small_dump >$set/java_pid17.hprof
    echo 'java.lang.OutOfMemoryError: Java heap space' >$set/log-17.txt
    echo '	at app.Cache.put(Cache.java:7)' >>$set/log-17.txt
done
small_dump | sed 's/Cache/Store/' >after/java_pid19.hprof
echo 'java.lang.OutOfMemoryError: Java heap space' >after/log-19.txt
echo '	at app.Store.put(Store.java:7)' >>after/log-19.txt
oomwhy batch before -o a >/dev/null
oomwhy batch after -o b >/dev/null
oomwhy fleet b --against a --format csv
oomwhy fleet b --against a --fail-on new >/dev/null
echo "status $?"
oomwhy fleet a --against a --fail-on new >/dev/null
echo "status $?"
oomwhy fleet a --release 2023-11-15 --format csv
oomwhy fleet a --since 2023-11-15T00:00:00Z
