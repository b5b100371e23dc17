echo '[    1.000000] Linux version 6.1.0' >dmesg.txt
oomwhy --format json --oom dmesg.txt >report
status=$?
json_value oom_kills <report
exit $status
