# A diff has its own baseline; what is not direct memory is not called so.
cat >diff.txt <<'END'
4242:

Native Memory Tracking:

Total: reserved=600000KB +200000KB, committed=400000KB +200000KB

-                 Java Heap (reserved=262144KB, committed=131072KB)
                            (mmap: reserved=262144KB, committed=131072KB)

-                    Module (reserved=200016KB +200000KB, committed=200016KB +200000KB)
                            (malloc=200016KB +200000KB #900 +800)
END
oomwhy diff.txt | sed '/^Native memory/,$d'
cat >javacore.txt <<'END'
0SECTION       NATIVEMEMINFO subcomponent dump routine
NULL           =================================
0MEMUSER
1MEMUSER       JRE: 782,554,848 bytes / 1710 allocations
1MEMUSER       |
2MEMUSER       +--VM: 769,429,864 bytes / 1219 allocations
2MEMUSER       |  |
3MEMUSER       |  +--Classes: 3,353,656 bytes / 125 allocations
END
oomwhy javacore.txt | sed '/^Inputs/,$d'
