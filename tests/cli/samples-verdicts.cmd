while read -r case side kind; do
    oomwhy --format json "$ROOT/samples/$case" >report || echo "exit $?"
    echo "$case $(json_value side <report | head -1)" \
        "$(json_value kind <report | grep -x "\"$kind\"" | head -1)"
done <"$ROOT/samples/EXPECT"
