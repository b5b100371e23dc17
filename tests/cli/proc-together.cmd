# The command that the report itself recommends puts two files into one.
cat >proc.txt <<'END'
Name:	java
Pid:	4242
VmRSS:	  300000 kB
RssAnon:	  280000 kB
RssFile:	   20000 kB
RssShmem:	       0 kB
7f0000000000-7f0010000000 rw-p 00000000 00:00 0 
Rss:              280000 kB
Anonymous:        280000 kB
END
oomwhy inputs proc.txt | sed 's/  */ /g'
oomwhy --format json proc.txt | sed -n '/"process"/,/}/p'
