#!/usr/bin/env bash
# Whether --max-memory is kept to: the same dump in memory cgroups of exactly
# that size, against a run without a limit.
#
#     limits.sh OOMWHY DUMP SIZE...        SIZE in MiB; needs root
#
# A run that the kernel kills, or whose report differs, fails. `refused` is
# the exit status 4 with what it says is needed.
set -euo pipefail
export LC_ALL=C TIMEFORMAT='%R'

die() { echo "limits: $*" >&2; exit 1; }

[ $# -ge 3 ] || die "usage: limits.sh OOMWHY DUMP SIZE..."
oomwhy=$1 dump=$2
shift 2

# Version 1 of cgroups has a tree for memory alone, version 2 one for all.
tree=/sys/fs/cgroup
if [ -d "$tree/memory" ]; then
    tree=$tree/memory limit=memory.limit_in_bytes
    peak=memory.max_usage_in_bytes
else
    limit=memory.max peak=memory.peak
fi
group=$tree/oomwhy-limits-$$
scratch=$(mktemp -d)

leave() {
    rm -rf "$scratch"
    [ ! -d "$group" ] || rmdir "$group" 2>/dev/null || true
}
trap leave EXIT

# run_in_group SIZE: the report goes to $scratch/out, the status to $status.
# Swap, if there is any, would be memory in disguise.
run_in_group() {
    mkdir "$group"
    echo $(($1 << 20)) >"$group/$limit"
    [ ! -w "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
    status=0
    { time bash -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' - "$group" \
        "$oomwhy" --max-memory "$1m" --format json -o "$scratch/out" "$dump" \
        2>"$scratch/stderr"; } 2>"$scratch/time" || status=$?
    used=$(($(cat "$group/$peak" 2>/dev/null || echo 0) >> 20))
    # Emptied of the file's pages it can go.
    [ ! -w "$group/memory.force_empty" ] || echo 0 >"$group/memory.force_empty"
    rmdir "$group"
}

{ time "$oomwhy" --format json -o "$scratch/want" "$dump"; } 2>"$scratch/time"
printf '%10s %9s %9s  %s\n' "limit MiB" "wall s" "used MiB" ""
printf '%10s %9s %9s\n' none "$(tail -n 1 "$scratch/time")" -
for size; do
    rm -f "$scratch/out"
    run_in_group "$size"
    case $status in
    0 | 3) what="the same report"
        cmp -s "$scratch/want" "$scratch/out" || what="ANOTHER REPORT" ;;
    4) what="refused: $(tail -n 1 "$scratch/stderr")" ;;
    *) what="FAILED with $status" ;;
    esac
    printf '%10s %9s %9s  %s\n' "$size" "$(tail -n 1 "$scratch/time")" \
        "$used" "$what"
    case $what in [A-Z]*) die "$size MiB: $what" ;; esac
done
