# Hints become plainer; they can eat the points, not more.
for i in 1 2 3 4 5 6 7 8; do echo hint; done >answers
printf 'answer\nnone\nhealthy\nstatus in memory.stat\n' >>answers
oomwhy drill --samples "$ROOT/samples" --answers answers healthy >out
grep -c '^Hint: ' out | awk '{ print ($1 >= 1 ? "hints" : "no hint") }'
grep -e '^The verdict rests' -e '^The last hint' -e 'of 6 points' out | uniq
