# Markdown and HTML of hostile names; the ending of -o chooses.
mkdir -p in
small_dump | sed 's/Cache/<b>|x/' >in/java_pid17.hprof
{
    echo 'java.lang.OutOfMemoryError: Java heap space'
    echo '	at app.<b>|x.put(X.java:7)'
} >in/log-17.txt
oomwhy batch in -o out >/dev/null
oomwhy fleet out -o fleet.md && cat fleet.md
oomwhy fleet out -o fleet.html && grep -c '<b>' fleet.html
grep -o 'app.&lt;b&gt;|x[^<]*' fleet.html | head -1
