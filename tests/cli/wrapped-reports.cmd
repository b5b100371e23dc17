# What kubectl logs, docker compose and loggers put before the lines of a
# report is no part of it; a terminal cuts long lines.
printf '4711:\n-XX:MaxHeapSize=67108864 -XX:+UseSerialGC \n' |
    sed 's/^/app-7d9c-x2 | /' >flags.txt
printf 'Name:\tjava\nTgid:\t4711\nPid:\t4711\nVmRSS:\t  480000 kB\n' |
    sed 's/^/2026-01-05T10:11:12.345Z stdout F /' >status.txt
oomwhy inputs flags.txt status.txt
oomwhy flags.txt status.txt | grep '^Process'
printf '%s\n' '-XX:+PrintCommandLineFlags -XX:MaxHeapSize=67108864 ' \
    'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space' \
    '	at A.main(A.java:5)' >stdout.txt
oomwhy inputs stdout.txt
oomwhy stdout.txt | head -n 3
printf '/opt/jdk/bin/java\0-Xmx64m\0-cp\0.\0A\0' >cmdline
oomwhy inputs cmdline
