# What jcmd says of everything, in one file.
cat >jcmd.txt <<'END'
$ jcmd 12 GC.heap_info
12:
 def new generation   total 9792K, used 5000K [0x00000000fc000000, 0x00000000fcaa0000, 0x00000000fd550000)
 tenured generation   total 21888K, used 7000K [0x00000000fd550000, 0x00000000feab0000, 0x0000000100000000)
 Metaspace       used 200K, committed 384K, reserved 1114112K
$ jcmd 12 VM.native_memory
12:

Native Memory Tracking:

Total: reserved=1500000KB, committed=100000KB

-                 Java Heap (reserved=65536KB, committed=31680KB)
                            (mmap: reserved=65536KB, committed=31680KB)

$ jcmd 12 VM.flags
12:
-XX:MaxHeapSize=67108864 -XX:+UseSerialGC 
$ jcmd 12 GC.class_histogram
12:
 num     #instances         #bytes  class name (module)
-------------------------------------------------------
   1:          5000         400000  [B (java.base@17.0.9)
Total          5000         400000
END
oomwhy inputs jcmd.txt
oomwhy jcmd.txt | grep '^Process'
