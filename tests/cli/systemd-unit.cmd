# What systemctl show says of a service whose process was killed.
cat >show.txt <<'EOF'
Result=oom-kill
ExecMainCode=2
ExecMainStatus=9
ExecStart={ path=/usr/bin/java ; argv[]=/usr/bin/java -Xmx200m -jar a.jar }
MemoryMax=268435456
TasksMax=512
EOF
oomwhy show.txt | sed -n '1,/^Against/p'
