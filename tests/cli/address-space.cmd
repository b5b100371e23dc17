# A thread's stack is mapped before it starts: ulimit -v refuses it, too.
printf 'java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached\n\tat java.base/java.lang.Thread.start0(Native Method)\n' >stderr.txt
printf 'Name:\tjava\nTgid:\t7\nPid:\t7\nVmPeak:\t 2999408 kB\nVmSize:\t 2999408 kB\nVmRSS:\t  181000 kB\nThreads:\t1308\n' >status.txt
printf 'Limit                     Soft Limit           Hard Limit           Units\nMax processes             96343                96343                processes\nMax address space         3072000000           3072000000           bytes\n' >limits.txt
oomwhy stderr.txt status.txt limits.txt | sed -n '1,/^What to capture/p'
