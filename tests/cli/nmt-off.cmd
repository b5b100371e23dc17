nmt_off >nmt.txt
oomwhy --format json nmt.txt >report
status=$?
json_value nmt <report
json_value side <report
exit $status
