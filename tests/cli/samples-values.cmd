# What strings say is in no report unless it was asked for.
cd "$ROOT"
oomwhy --show-values samples/heap-leak | sed -n '/^  Strings/,/^$/p'
oomwhy --show-values samples/heap-leak |
    sed -n '/^    Repeated most/,/^$/p' | head -5
for format in text json html markdown; do
    oomwhy --format $format samples/heap-leak | grep -c 1deb12u1 || :
done
