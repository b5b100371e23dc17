#!/bin/sh
# oomwhy-capture.sh PID DIR - one snapshot of a living JVM for oomwhy, where
# oomwhy itself is not installed: POSIX sh, awk, df, and a jcmd if there is
# one. The same files in the same order as `oomwhy capture`: cheap and
# perishable first, the heap dump last. docs/capture.md.
#
# Be the JVM's user, in its container (kubectl exec, docker exec).
#
#   HEAP_DUMP=auto|always|never   auto: if disk and container have room
#   GC=1          collect garbage first; adds a class histogram
#   BASELINE=1    set a baseline for NMT's differences
#   TIMEOUT=10    seconds to wait for an answer of the JVM
#   JCMD=jcmd     which jcmd; its own JVM needs 25 to 35 MiB
#
# Prints the snapshot's folder. Exit status: 0 all was asked, 1 nothing could
# be taken, 2 usage, 3 the JVM could not be asked.
set -u
umask 077
export LC_ALL=C

case ${1:-} in
'' | *[!0-9]*) echo "usage: oomwhy-capture.sh PID DIR" >&2; exit 2 ;;
esac
[ $# = 2 ] || { echo "usage: oomwhy-capture.sh PID DIR" >&2; exit 2; }
pid=$1 top=$2
proc=/proc/$pid
heap_dump=${HEAP_DUMP:-auto}
seconds=${TIMEOUT:-10}
jcmd=${JCMD:-$(command -v jcmd || echo "${JAVA_HOME:-/nowhere}/bin/jcmd")}
mib=1048576
silent=

[ -r "$proc/status" ] || { echo "there is no process $pid" >&2; exit 2; }
head -n 1 "$proc/maps" >/dev/null 2>&1 ||
    { echo "process $pid may not be looked at: be its user" >&2; exit 1; }
mkdir -p "$top" || exit 1
dir=$top/$(date -u +%Y%m%dT%H%M%SZ)
n=2
base=$dir
until mkdir "$dir" 2>/dev/null; do
    [ $n -lt 10 ] || { echo "$top: no folder can be made" >&2; exit 1; }
    dir=$base-$n n=$((n + 1))
done

# ------------------------------------------------------------- the record

say() {
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ)  $*" >>"$dir/capture.txt"
    echo "$*" >&2
}

# kept FILE: an empty file is none.
kept() {
    if [ -s "$dir/$1" ]; then
        say "$1: $(wc -c <"$dir/$1" | tr -d ' ') bytes"
    else
        rm -f "$dir/$1"
        say "$1: not taken${2:+: $2}"
    fi
}

# take FILE PATH
take() {
    [ ! -e "$2" ] || cat "$2" >"$dir/$1" 2>/dev/null
    kept "$1"
}

clocks() { say "clock: $(cut -d ' ' -f 1 /proc/uptime) s since boot"; }

# --------------------------------------------------------- control groups

# group CONTROLLER MOUNT PROBE: the process's folder, or nothing.
group() {
    path=$(awk -F : -v want="$1" '
        want == "" ? $2 == "" : ("," $2 ",") ~ ("," want ",") {
            sub(/^[^:]*:[^:]*:/, ""); print; exit }' "$proc/cgroup")
    [ "$path" != / ] || path=
    if [ -r "$2$path/$3" ]; then
        echo "$2$path"
    elif [ -r "$2/$3" ]; then
        echo "$2"      # its path is another namespace's
    fi
}

memory=$(group memory /sys/fs/cgroup/memory memory.usage_in_bytes)
[ -n "$memory" ] || memory=$(group '' /sys/fs/cgroup memory.stat)
pids=$(group pids /sys/fs/cgroup/pids cgroup.procs)
[ -n "$pids" ] || pids=$memory

# number FILE: 0 if there is none, or "max".
number() {
    { cat "$1" 2>/dev/null || echo 0; } |
        awk 'NR == 1 { print $1 ~ /^[0-9]+$/ && length($1) < 19 ? $1 : 0 }'
}

# What the group still allows, page cache that can be dropped not counted;
# nothing if it has no limit.
headroom() {
    if [ -e "$memory/memory.limit_in_bytes" ]; then
        limit=$(number "$memory/memory.limit_in_bytes") key=total_inactive_file
        usage=$(number "$memory/memory.usage_in_bytes")
    else
        limit=$(number "$memory/memory.max") key=inactive_file
        usage=$(number "$memory/memory.current")
    fi
    [ "$limit" != 0 ] || return 0
    awk -v key=$key -v limit="$limit" -v usage="$usage" '
        $1 == key { cache = $2 }
        END { printf "%.0f\n", limit - (usage - cache) }' "$memory/memory.stat"
}

take_groups() {
    [ -n "$memory" ] || { say "memory.stat: not taken: no control group"; return; }
    for f in usage_in_bytes max_usage_in_bytes limit_in_bytes failcnt \
        kmem.usage_in_bytes current peak max high swap.current swap.max; do
        [ ! -r "$memory/memory.$f" ] ||
            sed "s/^/memory.$f /" "$memory/memory.$f" 2>/dev/null
    done >"$dir/cgroup-values.txt"
    for f in pids.current pids.max pids.peak pids.events; do
        [ ! -r "$pids/$f" ] || sed "s/^/$f /" "$pids/$f" 2>/dev/null
    done >>"$dir/cgroup-values.txt"
    kept cgroup-values.txt
    for f in memory.stat memory.events memory.oom_control; do
        [ ! -r "$memory/$f" ] || take $f "$memory/$f"
    done
}

# ---------------------------------------------------------------- the JVM

# limited SECONDS COMMAND...: ends it when its time is over.
limited() {
    limit_s=$1
    shift
    if command -v timeout >/dev/null 2>&1; then
        timeout "$limit_s" "$@"
        return
    fi
    "$@" &
    child=$!
    while kill -0 $child 2>/dev/null; do
        [ "$limit_s" -gt 0 ] || { kill $child; wait $child; return 124; }
        limit_s=$((limit_s - 1))
        sleep 1
    done
    wait $child
}

# A jcmd is a JVM too; in the same container it counts.
run_jcmd() {
    s=$1
    shift
    limited "$s" "$jcmd" -J-Xmx24m -J-XX:+UseSerialGC \
        -J-XX:TieredStopAtLevel=1 -J-XX:-UsePerfData "$pid" "$@"
}

started() { sed 's/.*) //' "$proc/stat" | cut -d ' ' -f 20; }
hung=$top/.hung-$pid-$(started)

can_ask() {
    if [ -e "$hung" ]; then
        say "The JVM did not answer an earlier capture and is not asked again."
    elif [ ! -x "$jcmd" ]; then
        say "The JVM cannot be asked: there is no jcmd"
    elif ! grep -q /libjvm.so "$proc/maps"; then
        say "The JVM cannot be asked: process $pid has no libjvm.so"
    # SIGQUIT, which starts a conversation, would end who does not catch it.
    elif ! awk '/^SigCgt:/ { exit !(substr($2, length($2), 1) ~ /[4567cdef]/) }' \
        "$proc/status"; then
        say "The JVM cannot be asked: it does not catch SIGQUIT"
    elif cmp -s "$proc/cgroup" /proc/self/cgroup && room=$(headroom) &&
        [ -n "$room" ] && [ "$room" -lt $((48 * mib)) ]; then
        say "The JVM is not asked: jcmd needs memory of the same container," \
            "where $((room / mib)) MiB are left"
    else
        return 0
    fi
    silent=y
    return 1
}

# ask FILE COMMAND...
ask() {
    [ -z "$silent" ] || return 0
    file=$1
    shift
    run_jcmd "$seconds" "$@" >"$dir/$file" 2>"$dir/.error"
    status=$?
    if [ $status = 124 ] || [ $status = 143 ]; then
        rm -f "$dir/$file"
        : >"$hung"
        silent=y
        say "$file: not taken: no answer within $seconds s; not asked again"
    elif [ $status != 0 ]; then
        why=$(cat "$dir/.error" "$dir/$file" | sed 's/.*Exception: //' |
            grep -v "^$pid:" | head -n 1)
        rm -f "$dir/$file"
        kept "$file" "$why"
    else
        kept "$file"
    fi
    rm -f "$dir/.error"
}

# --------------------------------------------------------------- the dump

# In KiB: half as much again as the heap holds, garbage included.
dump_size() {
    sed -n 's/.*total [0-9]*K, used \([0-9]*\)K.*/\1/p
            s/.*total reserved.*used \([0-9]*\)K.*/\1/p
            s/.*ZHeap.*used \([0-9]*\)M.*/\1 M/p' "$dir/heap-info.txt" \
        2>/dev/null | awk '{ sum += $2 == "M" ? $1 * 1024 : $1 }
            END { if (NR) print sum + int(sum / 2) + 32768 }'
}

may_dump() {
    [ "$heap_dump" != always ] || return 0
    need=$(dump_size)
    [ -n "$need" ] || { say "heap.hprof: not taken: heap size unknown"; return 1; }
    free=$(df -Pk "$dir" | awk 'NR == 2 { print $4 }')
    if [ "$free" -lt "$need" ]; then
        say "heap.hprof: not taken: may need $need KiB, $free KiB are free"
        return 1
    fi
    room=$(headroom)
    [ -n "$room" ] || return 0
    margin=$((limit / 20))
    [ $margin -gt $((16 * mib)) ] || margin=$((16 * mib))
    case $(df -P "$dir" | awk 'NR == 2 { print $1 }') in
    tmpfs | shm | ramfs | none) margin=$((margin + need * 1024)) ;;
    esac
    [ "$room" -lt $margin ] || return 0
    say "heap.hprof: not taken: $((room / mib)) MiB of the container are" \
        "left, $((margin / mib)) MiB should be"
    return 1
}

take_dump() {
    [ "$heap_dump" != never ] && [ -z "$silent" ] || return 0
    limit=$(number "$memory/memory.limit_in_bytes")
    [ "$limit" != 0 ] || limit=$(number "$memory/memory.max")
    may_dump || return 0
    here=$(cd "$dir" && pwd)
    say "The heap is dumped; the JVM stands still meanwhile."
    answer=$(run_jcmd 1800 GC.heap_dump $all \
        "$here/heap.hprof" 2>&1 | sed -n 2p)
    [ ! -e "$dir/heap.hprof" ] || chmod 600 "$dir/heap.hprof"
    kept heap.hprof "$answer"
}

# ------------------------------------------------------------- the capture

say "oomwhy-capture.sh, process $pid, started at tick $(started)"
clocks
take_groups
take proc-status.txt "$proc/status"
take proc-smaps_rollup.txt "$proc/smaps_rollup"
take proc-oom_score.txt "$proc/oom_score"
take proc-oom_score_adj.txt "$proc/oom_score_adj"
take proc-limits.txt "$proc/limits"
take proc-cgroup.txt "$proc/cgroup"
take proc-smaps.txt "$proc/smaps"
if can_ask; then
    ask nmt.txt VM.native_memory summary
    ask heap-info.txt GC.heap_info
    ask vm-flags.txt VM.flags
    ask vm-command-line.txt VM.command_line
    ask metaspace.txt VM.metaspace
    ask codecache.txt Compiler.codecache
    ask native-heap.txt System.native_heap_info
    ask vm-info.txt VM.info
    ask nmt-detail.txt VM.native_memory detail
    [ -z "${BASELINE:-}" ] || ask nmt-baseline.txt VM.native_memory baseline
    ask threads.txt Thread.print
    [ -z "${GC:-}" ] || ask class-histogram.txt GC.class_histogram
    all=-all
    [ -z "${GC:-}" ] || all=
    take_dump
fi
clocks
echo "$dir"
[ -z "$silent" ] || exit 3
[ -s "$dir/proc-status.txt" ] || exit 1
