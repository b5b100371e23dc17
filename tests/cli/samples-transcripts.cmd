# The labs' transcripts show what oomwhy prints; if this fails for a change
# that is meant, run samples/labs/refresh OOMWHY.
mkdir now
"$ROOT/samples/labs/refresh" "$(command -v oomwhy)" now
cut -f 1 "$ROOT/samples/labs/LABS" | while read -r lab; do
    diff "$ROOT/samples/labs/$lab/README.md" "now/$lab.md"
done
ls now | wc -l
