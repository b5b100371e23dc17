# A log that names no JVM asks for the JVM's end first; one where the machine
# ran out asks for no container's limit; one without a victim says so.
small_kill | sed 's/java/postgres/' >dmesg.txt
oomwhy dmesg.txt | sed -n '1,3p; /^What to capture/,/^      /p'
cat >global.txt <<'END'
[  100.1] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=java,pid=4242,uid=0
[  100.2] Out of memory: Killed process 4242 (java) total-vm:2800000kB, anon-rss:500000kB, file-rss:20000kB, shmem-rss:0kB, UID:0 pgtables:1368kB oom_score_adj:0
END
oomwhy global.txt | grep -e 'whole report' -e 'machine' -e "container's limit"
cat >panic.txt <<'END'
[   35.2] init invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
[   36.1] Tasks state (memory values in pages):
[   36.1] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
[   36.2] Out of memory and no killable processes...
[   36.2] Kernel panic - not syncing: System is deadlocked on memory
END
oomwhy panic.txt | sed -n 2,3p
