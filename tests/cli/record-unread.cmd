# What could not be read is misleading evidence; nothing is invented for a
# death that nobody saw.
mkdir case
small_dump | head -c 500 >case/heap.hprof
oomwhy case --format markdown >draft.md
echo "status $?"
sed -n '/^## Symptom/,/^## Timeline/p' draft.md
sed -n '/^## Misleading/,/^## Trigger/p' draft.md
