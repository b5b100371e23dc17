small_dump >a.hprof
oomwhy --format json --fail-on undecided,none a.hprof | json_value side
oomwhy --fail-on undecided,none a.hprof >/dev/null
echo $?
oomwhy --fail-on sizing a.hprof >/dev/null
