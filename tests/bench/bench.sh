#!/usr/bin/env bash
# What reading a heap dump costs, stage by stage, and next to `cat` of the same
# file: what `make bench` runs.
#
#     bench.sh [-n RUNS] OOMWHY [NAME...]
#
# NAME is a dump of make-dumps.sh; those that are not there yet are made, in
# $OOMWHY_BENCH_DIR (/tmp/oomwhy-bench). Without a NAME it takes all that the
# figures in docs/performance.md are about; mixed-3g only where 9 GiB of
# memory are free. Every command runs RUNS times (3), in turn with the others,
# on a warm file; the least CPU and the least wall time count.
#
# Where a host takes free memory back (free page reporting), at-hand.c keeps
# what a run will touch: bringing it back is the host's price, not ours.
#
# With $OOMWHY_BENCH_PEER, a command to which the dump's name is appended,
# that runs in turn as well.
set -euo pipefail
export LC_ALL=C TIMEFORMAT='%R %U %S'

here=$(cd "$(dirname "$0")" && pwd)
dir=${OOMWHY_BENCH_DIR:-/tmp/oomwhy-bench}
peer=${OOMWHY_BENCH_PEER:-}
runs=3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

die() { echo "bench: $*" >&2; exit 1; }

while getopts n: flag; do
    case $flag in
    n) runs=$OPTARG ;;
    *) die "usage: bench.sh [-n RUNS] OOMWHY [NAME...]" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || die "usage: bench.sh [-n RUNS] OOMWHY [NAME...]"
oomwhy=$1
shift

if [ $# -eq 0 ]; then
    set -- mixed-1g big-arrays long-list mixed-100m-gz
    free=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
    if [ -e "$dir/mixed-3g.hprof" ] || [ "$free" -ge 9 ]; then
        set -- mixed-3g "$@"
    else
        echo "mixed-3g: left out, it is not there and $free GiB are free"
    fi
fi

if [ -d /sys/module/page_reporting ]; then
    "${CC:-cc}" -O2 -o "$scratch/at-hand" "$here/at-hand.c"
fi

# at_hand FILE: memory for reading FILE, nine tenths of its size, which is
# twice the peak of small objects. Some of it is always there, and enough for
# files of a GB. In a subshell that ends at once, so that nobody's time counts
# it.
at_hand() {
    local mib=$(($(stat -c %s "$1") * 9 / 10 >> 20))
    [ -x "$scratch/at-hand" ] && [ "$mib" -gt 1024 ] || return 0
    read -r _ < <("$scratch/at-hand" "$mib" &) ||
        echo "bench: no memory is kept at hand" >&2
}

# measure LABEL COMMAND...: appends to LABEL's results one line, CPU and wall
# seconds, and keeps what the best run so far wrote.
measure() {
    local label=$1 real user sys cpu
    shift
    { time "$@" >"$scratch/stdout" 2>"$scratch/stderr"; } 2>"$scratch/time" ||
        die "failed: $*: $(tail -n 1 "$scratch/stderr")"
    read -r real user sys <"$scratch/time"
    cpu=$(awk "BEGIN {print $user + $sys}")
    echo "$cpu $real" >>"$scratch/$label.times"
    if [ "$(best "$label")" = "$cpu $real" ]; then
        cp "$scratch/stderr" "$scratch/$label.stderr"
    fi
}

# best LABEL: "CPU WALL" of the run with the least CPU time.
best() { sort -n "$scratch/$1.times" | head -n 1; }

# least LABEL: the least CPU and the least wall time. Where a neighbour took
# the second CPU, the run of two threads that needed the least of one is not
# the fastest.
least() {
    best "$1" | cut -d ' ' -f 1
    sort -n -k 2 "$scratch/$1.times" | head -n 1 | cut -d ' ' -f 2
}

# row LABEL WHAT: one line of the comparison, with ratios to cat.
row() {
    local peak=-
    [ ! -e "$scratch/$1.stderr" ] ||
        peak=$(awk '$1 == "all" {print $6}' "$scratch/$1.stderr")
    { least cat | xargs; least "$1" | xargs; } | awk -v what="$2" -v peak="${peak:--}" '
        NR == 1 {cpu = $1; wall = $2}
        NR == 2 {
            if (cpu < 0.001) cpu = 0.001
            if (wall < 0.001) wall = 0.001
            printf "%-24s %8.2f %8.2f %9s %9.1f %9.1f\n", what, $1, $2, peak,
                $1 / cpu, $2 / wall
        }'
}

# same A B: the reports do not depend on the number of threads.
same() { cmp -s "$1" "$2" || die "$file: $1 and $2 differ"; }

bench() {
    local file=$1
    rm -f "$scratch"/*.times "$scratch"/*.stderr
    for ((i = 0; i < runs; i++)); do
        cat "$file" >/dev/null
        measure cat sh -c 'cat "$1" >/dev/null' cat "$file"
        at_hand "$file"
        measure one "$oomwhy" --timings --jobs 1 -o "$scratch/1.json" "$file"
        at_hand "$file"
        measure two "$oomwhy" --timings --jobs 2 -o "$scratch/2.json" "$file"
        measure quick "$oomwhy" --timings --quick -o "$scratch/q.json" "$file"
        # shellcheck disable=SC2086  # a command and its options
        [ -z "$peer" ] || measure peer $peer "$file"
    done
    same "$scratch/1.json" "$scratch/2.json"

    echo
    echo "== $(basename "$file"): $(stat -c %s "$file") bytes"
    cat "$scratch/one.stderr"
    echo
    printf '%-24s %8s %8s %9s %9s %9s\n' "" "CPU s" "wall s" "peak MiB" \
        "CPU/cat" "wall/cat"
    row cat cat
    row one "oomwhy"
    row two "oomwhy --jobs 2"
    row quick "oomwhy --quick"
    [ -z "$peer" ] || row peer "$peer"
}

echo "$("$oomwhy" --version), $(getconf _NPROCESSORS_ONLN) CPUs," \
    "load $(cut -d ' ' -f 1 /proc/loadavg), best of $runs"
for name; do
    file=$dir/$name.hprof
    case $name in *-gz) file=$file.gz ;; esac
    [ -e "$file" ] || "$here/make-dumps.sh" -o "$dir" "$name"
    bench "$file"
done
