# The draft of a post-mortem: each section is there, what only people know is
# open, and every claim has a source.
oomwhy "$ROOT/samples/wrong-dump" --format markdown >draft.md
grep '^## ' draft.md
grep -c '^> \*\*OPEN:' draft.md
sed -n '/^## Symptom/,/^## The process/p' draft.md
sed -n '/^### For it/,/^### What else/p' draft.md
