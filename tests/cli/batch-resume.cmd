# Killed in the middle, started again: the same rows as in one go.
mkdir in
for i in 01 02 03 04 05 06 07 08 09 10 11 12; do
    mkdir in/$i
    small_kill | sed "s/4242/42$i/g" >in/$i/dmesg.txt
done
oomwhy batch in -o whole --jobs 1 >/dev/null
# Nobody reads from the pipe where the seventh report is to go, so that the
# run stands there until it is killed.
seventh=$(oomwhy batch in/07 -o alone >/dev/null && ls alone/reports/*.json)
pipe=parts/reports/${seventh##*/}.part
mkdir -p parts/reports
mkfifo "$pipe"
oomwhy batch in -o parts --jobs 1 >/dev/null &
until [ "$(ls parts/reports/*.md 2>/dev/null | wc -l)" = 6 ]; do :; done
kill -9 $!
wait $! 2>/dev/null
rm "$pipe"
# The folder stays locked until the worker of the killed one is gone as well.
until oomwhy batch in -o parts --jobs 1 >summary 2>busy; do
    grep -q 'in use' busy || { cat busy; break; }
done
sed 1,/Summary/d summary | grep -v before
for set in whole parts; do oomwhy fleet $set --format json >$set.json; done
cmp whole.json parts.json
ls whole/reports >a; ls parts/reports >b; cmp a b
