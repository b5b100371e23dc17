# A daemon in user space acted: there is no kernel's report to ask for.
cat >journal.txt <<'END'
Nov 12 03:12:55 host systemd-oomd[712]: Killed /system.slice/shop.service due to memory pressure for /system.slice being 67.22% > 60.00% for > 20s with reclaim activity
Nov 12 03:12:56 host systemd[1]: shop.service: Main process exited, code=killed, status=9/KILL
END
oomwhy journal.txt | sed '/^What to capture/,$d'
printf '    Last State:  Terminated\n      Reason:    OOMKilled\n      Exit Code: 137\n' >pod.txt
oomwhy pod.txt | sed -n '2,3p; /whole report/p'
echo 'Container [pid=7,containerID=c_1] is running beyond physical memory limits. Current usage: 2.0 GB of 2 GB. Killing container.' >yarn.txt
oomwhy yarn.txt | sed '/^What to change/,$d'
