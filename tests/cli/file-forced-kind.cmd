# What a flag says of a file is believed, until nothing of it is there.
echo 'this is a shopping list' >list.hprof
for flag in smaps proc-status memcg hs-err nmt heap; do
    oomwhy --$flag list.hprof
done
