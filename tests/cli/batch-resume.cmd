# Killed in the middle, started again: the same rows as in one go.
mkdir in
for i in 01 02 03 04 05 06 07 08 09 10 11 12; do
    mkdir in/$i
    small_kill | sed "s/4242/42$i/g" >in/$i/dmesg.txt
done
oomwhy batch in -o whole --jobs 1 >/dev/null
oomwhy batch in -o parts --jobs 1 >/dev/null &
while [ "$(ls parts/reports 2>/dev/null | wc -l)" -lt 4 ]; do :; done
kill -9 $! && { wait $!; } 2>/dev/null
until oomwhy batch in -o parts --jobs 1 >summary 2>busy; do sleep 1; done
sed 1,/Summary/d summary | grep -v before
for set in whole parts; do oomwhy fleet $set --format json >$set.json; done
cmp whole.json parts.json
ls whole/reports >a; ls parts/reports >b; cmp a b
