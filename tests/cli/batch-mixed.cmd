# Folders, loose dumps with neighbours, an archive, and dumps nobody can
# read; the second run does nothing again.
mkdir -p in/case/1-start in/loose in/pack
small_kill >in/case/dmesg.txt
nmt_off >in/case/1-start/nmt.txt
small_dump >in/loose/java_pid17.hprof
small_dump | sed 's/Cache/Store/' >in/loose/java_pid18.hprof
echo 'java.lang.OutOfMemoryError: Java heap space' >in/loose/log-17.txt
head -c 300 in/loose/java_pid17.hprof >in/cut.hprof
mkdir one && small_kill | sed 's/4242/4343/g' >one/dmesg.txt
tar -cf in/pack/a.tar one
echo nothing >in/broken.zip
oomwhy batch in -o out --jobs 2
echo "status $?"
oomwhy batch in -o out --jobs 2 --format csv | cut -d, -f1,5,7
ls out
ls out/reports | sed 's/.*\.//' | sort | uniq -c | sed 's/^ *//'
