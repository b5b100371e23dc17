# What a page must keep: 80 columns but for commands, no control characters,
# no blank at the end of a line, an order.
for case in wrong-dump heap-leak healthy; do
    oomwhy "$ROOT/samples/$case" >page
    grep -v '^      ' page | awk 'length > 80'
    grep -n '[[:cntrl:]]' page
    grep -n ' $' page
done
oomwhy "$ROOT/samples/wrong-dump" | grep '^[A-Z][^:]*$' |
    awk 'length < 50'
