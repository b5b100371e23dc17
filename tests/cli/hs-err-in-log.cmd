# A crash report in the container's log, behind what the application said.
{
    echo 'Exception in thread "main" java.lang.OutOfMemoryError: Metaspace'
    echo '#'
    echo '# A fatal error has been detected by the Java Runtime Environment:'
    echo '#'
    echo '#  SIGSEGV (0xb) at pc=0x00007f0000000001, pid=7, tid=8'
    echo '#'
    echo '# JRE version: OpenJDK Runtime Environment (17.0.9+9)'
    echo
    echo '---------------  T H R E A D  ---------------'
    echo
    echo 'Event: 1.0 Thread 0x1 Exception java.lang.OutOfMemoryError: Java heap space'
    echo
    echo 'END.'
} >plain.log
sed 's/^/app-1  | /' plain.log >wrapped.log
for log in plain wrapped; do
    oomwhy inputs $log.log | sed 's/  */ /g'
    oomwhy --format json $log.log | grep '"message"'
done
