# References stay in the file: what they would tell is not known.
small_dump >a.hprof
for mode in '--top=0' --quick; do
    oomwhy --format json $mode a.hprof >report
    json_value dangling_references <report
done
oomwhy histogram --quick $model a.hprof
oomwhy --quick $model a.hprof | sed -n '/^Heap dump/,/^$/p'
