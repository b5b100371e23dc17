# File by file, as they come in during an incident.
cd "$ROOT/samples/wrong-dump"
oomwhy --format json 2-late/heap.hprof.gz --nmt 2-late/nmt.txt \
    --nmt-baseline=1-start/nmt.txt --oom dmesg.txt >"$OLDPWD/report"
json_value side <"$OLDPWD/report" | head -1
json_value committed_delta <"$OLDPWD/report" | sort -n | tail -1
grep -c '"explains_at_most_bytes": [0-9]' "$OLDPWD/report"
