# A JVM that never started has no heap to dump, one that crashed no memory to
# ask about.
cat >never.txt <<'END'
#
# There is insufficient memory for the Java Runtime Environment to continue.
# Native memory allocation (mmap) failed to map 8589934592 bytes for committing reserved memory.
# Possible reasons:
#   The system is out of physical RAM or swap space
#
#  Out of Memory Error (os_linux.cpp:2797), pid=4242, tid=4243
#
# JRE version:  (17.0.15+6) (build )
# Java VM: OpenJDK 64-Bit Server VM (17.0.15+6, mixed mode, tiered, g1 gc, linux-amd64)

---------------  S U M M A R Y ------------

Command Line: -Xms8g -Xmx8g app.Main

Time: Wed Nov 12 03:12:55 2025 UTC elapsed time: 0.012345 seconds (0d 0h 0m 0s)

---------------  S Y S T E M  ---------------

Memory: 4k page, physical 8123456k(2123456k free), swap 0k(0k free)

END.
END
oomwhy never.txt | sed '/^Inputs/,$d'
sed -e '2s/.*/# A fatal error has been detected by the Java Runtime Environment:/' \
    -e '3,6s/.*/#/' \
    -e '7s/.*/#  SIGSEGV (0xb) at pc=0x00007f00, pid=4242, tid=4243/' \
    never.txt >crash.txt
oomwhy crash.txt | sed '/^Inputs/,$d'
