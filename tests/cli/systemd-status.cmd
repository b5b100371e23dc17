# systemctl status among journal lines: its own facts count, and theirs.
cat >status.txt <<'END'
Jan 06 10:11:10 web-01 java[4711]: 10:11:10 INFO  started
Jan 06 10:11:11 web-01 java[4711]: 10:11:11 INFO  took 7
Jan 06 10:11:11 web-01 java[4711]: 10:11:11 INFO  took 8
Jan 06 10:11:11 web-01 java[4711]: 10:11:11 INFO  took 9
x shop.service - Shop
     Loaded: loaded (/etc/systemd/system/shop.service; enabled; preset: enabled)
     Active: failed (Result: oom-kill) since Tue 2026-01-06 10:11:12 UTC; 3min ago
    Process: 4711 ExecStart=/usr/bin/java -Xmx256m -jar app.jar (code=killed, signal=KILL)
   Main PID: 4711 (code=killed, signal=KILL)
     Memory: 0B (max: 512.0M, peak: 512.0M)
        CPU: 45.600s

Jan 06 10:11:12 web-01 systemd[1]: shop.service: Failed with result 'oom-kill'.
END
oomwhy inputs status.txt
oomwhy status.txt | head -n 4
