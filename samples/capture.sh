#!/usr/bin/env bash
# Remakes the sample cases, which the drill labs are made of: runs a small
# Java program in a memory cgroup of its own, looks at it while it lives, and
# keeps what its death left behind.
#
#     capture.sh [-o DIR] [-w OOMWHY] [CASE...]
#
# Each CASE becomes a case directory DIR/CASE; one that is there already is
# replaced. DIR is /tmp/oomwhy-samples unless told otherwise, the CASEs are
# those of the file EXPECT, all of them. With -w the snapshots are not taken
# one by one but by `OOMWHY capture`, as somebody on call would.
#
# Needs root, a memory cgroup (v1 or v2), the kernel log and a JDK 17 or later
# in JAVA_HOME, for some cases a C compiler. Where one of them is missing,
# nothing is captured; that is no failure (exit 0). At the end, however it
# comes, the cgroup, its processes and all temporary files are gone.
set -euo pipefail

die() { echo "capture: $*" >&2; exit 1; }
skip() { echo "capture: skipped: $*"; exit 0; }

here=$(cd "$(dirname "$0")" && pwd)
java_home=${JAVA_HOME:-/usr/lib/jvm/java-17-openjdk-amd64}
demo=/srv/demo          # the only path that appears in what is captured
out=/tmp/oomwhy-samples
oomwhy=                 # what takes the snapshots; else we do
group=                  # our cgroup's directory, once it exists
made_demo=
java_pid=
dump_on_error="-XX:+HeapDumpOnOutOfMemoryError
    -XX:HeapDumpPath=$demo/heap.hprof"

# ---------------------------------------------------------------- the cases

# Every case sets: program, limit, flags; heap_dump=y to take one at 2-late;
# hog=y to start a memory hog beside the program after its first snapshot;
# oom_score_adj, which only ever needs to be raised; native, a library that
# is made from the C file of that name; ask, what else to ask the JVM at
# 2-late, as FILE=COMMAND.
describe_case() {
    heap_dump='' hog='' oom_score_adj=0 native='' ask=''
    case $1 in
    wrong-dump)
        program=ThumbnailCache limit=256M heap_dump=y
        flags="-Xmx64m -XX:MaxDirectMemorySize=1g" ;;
    heap-leak)
        program=SessionStore limit=256M
        flags="-Xmx24m $dump_on_error" ;;
    heap-over-limit)
        program=PriceIndex limit=128M heap_dump=y
        flags="-Xmx512m" ;;
    neighbour)
        program=OrderDesk limit=256M hog=y oom_score_adj=900
        flags="-Xmx64m" ;;
    healthy)
        program="OrderDesk 8000" limit=256M heap_dump=y
        flags="-Xmx64m" ;;
    queue-backlog)
        program=InvoicePrinter limit=256M
        flags="-Xmx24m $dump_on_error" ;;
    threadlocal)
        program=RoutePlanner limit=256M
        flags="-Xmx32m $dump_on_error" ;;
    classloader-churn)
        program=TariffHost limit=256M ask=metaspace.txt=VM.metaspace
        flags="-Xmx64m -XX:MaxMetaspaceSize=12m $dump_on_error" ;;
    jni-malloc)
        program=WatermarkService limit=256M heap_dump=y native=watermark
        ask="native-trim.txt=System.trim_native_heap"
        flags="-Xmx48m -Djava.library.path=$demo/classes" ;;
    thread-stacks)
        program=SensorHub limit=256M
        flags="-Xmx32m" ;;
    arena-retention)
        program=ChartRenderer limit=256M heap_dump=y native=charts
        ask="native-trim.txt=System.trim_native_heap"
        flags="-Xmx48m -Djava.library.path=$demo/classes" ;;
    stale-dump)
        program=PhotoArchive limit=256M
        flags="-Xmx32m -XX:MaxDirectMemorySize=1g $dump_on_error" ;;
    deflaters)
        program=ChatGateway limit=256M heap_dump=y
        ask="native-trim.txt=System.trim_native_heap"
        flags="-Xmx48m" ;;
    huge-request)
        program=UploadDesk limit=256M
        flags="-Xmx64m $dump_on_error" ;;
    *)
        die "no such case: $1" ;;
    esac
}

# ------------------------------------------------------------------- cgroup

# Where a group for memory can be made, or nothing.
memory_root() {
    if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
        echo /sys/fs/cgroup/memory
    elif grep -qw memory /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null
    then
        echo /sys/fs/cgroup
    fi
}

# The limit counts memory alone: the group may not swap its way around it.
make_group() {
    mkdir "$1" || die "cannot make the cgroup $1; is it another run's?"
    group=$1
    if [ -e "$group/memory.limit_in_bytes" ]; then
        echo "$2" >"$group/memory.limit_in_bytes"
        echo 0 >"$group/memory.swappiness"
    else
        echo "$2" >"$group/memory.max"
        echo 0 >"$group/memory.swap.max"
    fi
}

# Ends what runs in our group, which nobody else's process is in.
remove_group() {
    local pid
    [ -n "$group" ] || return 0
    for _ in {1..50}; do
        while read -r pid; do
            kill -KILL "$pid" 2>/dev/null || true
        done <"$group/cgroup.procs"
        if rmdir "$group" 2>/dev/null; then
            group=
            return 0
        fi
        sleep 0.1
    done
    die "the cgroup $group could not be removed"
}

# What a killed JVM could not remove.
remove_leftovers() {
    [ -n "$java_pid" ] || return 0
    rm -f "/tmp/.java_pid$java_pid" "/tmp/hsperfdata_nobody/$java_pid"
    rmdir /tmp/hsperfdata_nobody 2>/dev/null || true
    java_pid=
}

cleanup() {
    remove_group
    remove_leftovers
    [ -z "$made_demo" ] || rm -rf "$demo"
}

# ---------------------------------------------------------------- processes

# Becomes COMMAND in the demo's directory, as nobody, with an environment that
# holds nothing of this machine: a heap dump carries all of it.
become() {
    cd "$demo"
    exec setpriv --reuid nobody --regid nogroup --clear-groups \
        env -i PATH=/usr/bin:/bin LANG=C.UTF-8 TZ=UTC "$@"
}

# The same inside of our group.
become_member() {
    echo "$BASHPID" >"$group/cgroup.procs"
    become "$@"
}

jcmd() { (become "$java_home/bin/jcmd" "$java_pid" "$@"); }

start_program() {
    # shellcheck disable=SC2086  # flags and program are lists of words
    (echo "$oom_score_adj" >/proc/self/oom_score_adj
    become_member "$java_home/bin/java" -XX:NativeMemoryTracking=summary \
        -Xlog:gc,gc+init:file=gc.log:utctime,uptime,level,tags \
        $flags -cp "$demo/classes" $program) \
        <"$demo/go" >"$case_dir/stdout.txt" 2>"$case_dir/stderr.txt" &
    java_pid=$!
}

# A log viewer that keeps the last 240 MiB of a log: less than the limit, but
# not beside the JVM. That one has the higher oom_score_adj, so the kernel
# takes it instead.
start_hog() {
    while seq 100000 200000; do
        sleep 0.04
    done 2>/dev/null | (become_member tail --bytes=240M) >/dev/null 2>&1 &
    disown
}

# -------------------------------------------------------------- the captures

# The name of this machine's kernel build is nobody's business. What replaces
# it is as long, so that a heap dump stays well-formed.
hide_kernel() {
    local name number build
    name=$(uname -r)
    number=${name%%[!0-9.]*}
    build=${name#"$number"}
    LC_ALL=C sed "s/$name/$number${build//?/x}/g"
}

# pack_dump FROM TO: moves a heap dump into a case.
pack_dump() {
    hide_kernel <"$1" | gzip -9n >"$2"
    rm "$1"
}

# NMT and /proc come before the heap dump, which changes both.
take_snapshot() {
    local dir=$case_dir/$1
    if [ -n "$oomwhy" ]; then
        "$oomwhy" capture --progress never "$java_pid" "$case_dir" >/dev/null
        return
    fi
    mkdir "$dir"
    jcmd VM.native_memory summary >"$dir/nmt.txt"
    cat "/proc/$java_pid/status" >"$dir/proc-status.txt"
    cat "/proc/$java_pid/smaps_rollup" >"$dir/proc-smaps_rollup.txt"
    cat "$group/memory.stat" >"$dir/memory.stat"
    [ ! -e "$group/memory.max" ] || cat "$group/memory.max" >"$dir/memory.max"
    case $1 in
    1-*)
        jcmd VM.command_line >"$dir/vm-command-line.txt"
        jcmd VM.flags >"$dir/vm-flags.txt" ;;
    2-*)
        [ -z "$ask" ] || jcmd "${ask#*=}" >"$dir/${ask%%=*}"
        jcmd GC.class_histogram >"$dir/class-histogram.txt"
        if [ -n "$heap_dump" ]; then
            jcmd GC.heap_dump "$demo/late.hprof" >/dev/null
            pack_dump "$demo/late.hprof" "$dir/heap.hprof.gz"
        fi ;;
    esac
}

# The kernel's report of our program's death: the log may hold others, of
# other groups and of earlier runs.
kill_report() {
    dmesg | awk -v group="oom_memcg=/${group##*/}," -v pid="$java_pid" '
        / invoked oom-killer: /  { report = ""; open = 1; ours = 0 }
        open                     { report = report $0 "\n" }
        open && index($0, group) { ours = 1 }
        open && /: Killed process / {
            if (ours && index($0, "Killed process " pid " "))
                last = report
            open = 0
        }
        END { printf "%s", last }' |
        grep -v 'Hardware name:' | hide_kernel || true
}

# Serves the program's calls for a snapshot until it ends.
attend() {
    local seen='' name
    SECONDS=0
    while kill -0 "$java_pid" 2>/dev/null; do
        [ "$SECONDS" -lt 90 ] || die "$program did not end by itself"
        name=$(sed -n 's/^snapshot //p' "$case_dir/stdout.txt" | tail -n 1)
        if [ "$name" != "$seen" ]; then
            take_snapshot "$name"
            if [ -n "$hog" ] && [ -z "$seen" ]; then
                start_hog
            fi
            seen=$name
            echo go >&3
        fi
        sleep 0.05
    done
}

capture_case() {
    local status=0
    describe_case "$1"
    case_dir=$out/$1
    rm -rf "$case_dir"
    mkdir -p "$case_dir"
    touch "$case_dir"/{stdout,stderr}.txt
    make_group "$(memory_root)/demo-$1" "$limit"

    mkfifo "$demo/go"
    exec 3<>"$demo/go"
    start_program
    attend
    wait "$java_pid" || status=$?       # bash itself says "Killed" here
    exec 3>&-
    sleep 0.5   # the kernel log may lag behind

    kill_report >"$case_dir/dmesg.txt"
    cp "$demo/gc.log" "$case_dir/gc.log"
    if [ -e "$demo/heap.hprof" ]; then
        pack_dump "$demo/heap.hprof" "$case_dir/heap.hprof.gz"
    fi
    find "$case_dir" -type f -empty -delete
    remove_group
    remove_leftovers
    rm -f "$demo"/{go,gc.log}
    echo "$1: exit status $status, $(du -sh "$case_dir" | cut -f 1)"
}

# --------------------------------------------------------------------- main

while getopts o:w: flag; do
    case $flag in
    o) out=$OPTARG ;;
    w) oomwhy=$(realpath "$OPTARG") ;;
    *) die "usage: capture.sh [-o DIR] [-w OOMWHY] [CASE...]" ;;
    esac
done
shift $((OPTIND - 1))
if [ $# = 0 ]; then
    mapfile -t all < <(cut -f 1 "$here/EXPECT")
    set -- "${all[@]}"
fi
libraries=
for name; do
    describe_case "$name"
    libraries="$libraries $native"
done

[ "$(id -u)" = 0 ] || skip "only root may make a cgroup and read its kills"
[ -n "$(memory_root)" ] || skip "no memory cgroup is mounted"
dmesg >/dev/null 2>&1 || skip "the kernel log cannot be read"
[ -x "$java_home/bin/jcmd" ] || skip "no JDK in $java_home; set JAVA_HOME"
command -v setpriv >/dev/null || skip "setpriv (util-linux) is missing"
if [ -n "${libraries// /}" ]; then
    command -v cc >/dev/null || skip "no C compiler for the native library"
fi

trap cleanup EXIT
trap 'exit 1' INT TERM
mkdir "$demo" || die "$demo is in the way"
made_demo=y
mkdir "$demo/classes"
"$java_home/bin/javac" -d "$demo/classes" "$here"/src/*.java \
    "$here"/labs/*/*.java
for library in $libraries; do
    cc -O2 -shared -fPIC -I"$java_home/include" -I"$java_home/include/linux" \
        -o "$demo/classes/lib$library.so" "$here"/labs/*/"$library.c"
done
chown -R nobody:nogroup "$demo"

for name; do
    capture_case "$name"
done
echo "captured into $out"
