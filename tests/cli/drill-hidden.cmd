# Nothing that is shown before the answer, hints apart, says what it was.
for view in files process kills errors nmt heap threads balance; do
    echo $view
done >answers
while read -r case side kind; do
    oomwhy drill --samples "$ROOT/samples" --answers answers "$case" |
        sed '/^---- score/,$d' >shown
    title=$(oomwhy --format json "$ROOT/samples/$case" |
        sed -n 's/^ *"summary": "\(.*\)",$/\1/p' | head -1)
    for word in "$case" "$kind" "$side" "$title" WRONG 'Evidence (' \
        'What to change'; do
        grep -nFe "$word" shown | sed "s/^/$case: /"
    done
done <"$ROOT/samples/EXPECT"
wc -l <shown | awk '{ print ($1 > 60 ? "shown" : "too little") }'
