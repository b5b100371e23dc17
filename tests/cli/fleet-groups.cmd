# Two dumps of one class are one group, of another class another; text and
# CSV; one group alone.
mkdir in
for i in 17 18; do
    small_dump >in/java_pid$i.hprof
    echo "at pid $i: java.lang.OutOfMemoryError: Java heap space" >in/log-$i.txt
    echo '	at app.Cache.put(Cache.java:7)' >>in/log-$i.txt
done
small_dump | sed 's/Cache/Store/' >in/java_pid19.hprof
echo 'java.lang.OutOfMemoryError: Java heap space' >in/log-19.txt
echo '	at app.Store.put(Store.java:7)' >>in/log-19.txt
oomwhy batch in -o out >/dev/null
oomwhy fleet out
oomwhy fleet out --format csv | cut -d, -f2,6-
oomwhy fleet out/fleet.sqlite --group \
    "$(oomwhy fleet out --format json | json_value id | head -1 | tr -d '"')" |
    grep -v '^  Group'
