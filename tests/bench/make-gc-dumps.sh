#!/usr/bin/env bash
# Dumps one and the same heap under every collector and object layout, each
# with the JVM's own histogram: what shallow sizes are measured against.
#
#     make-gc-dumps.sh [-o DIR] [NAME...]
#
# NAME is a layout of the table below, followed by the JDK: serial-17. Each
# becomes DIR/NAME/{heap.hprof,class-histogram.txt,flags.txt}; DIR is
# /tmp/oomwhy-gc unless told otherwise. A JDK or collector that isn't here is
# said so and left out. JDK_17 and JDK_25 say where the JDKs are.
set -euo pipefail

die() { echo "make-gc-dumps: $*" >&2; exit 1; }

layouts="
serial                  -XX:+UseSerialGC
parallel                -XX:+UseParallelGC
g1                      -XX:+UseG1GC
zgc                     -XX:+UseZGC
shenandoah              -XX:+UseShenandoahGC
no-compressed-oops      -XX:+UseSerialGC -XX:-UseCompressedOops
no-compressed-classes   -XX:+UseSerialGC -XX:-UseCompressedClassPointers
no-compression          -XX:+UseSerialGC -XX:-UseCompressedOops -XX:-UseCompressedClassPointers
align-16                -XX:+UseSerialGC -XX:ObjectAlignmentInBytes=16
compact-headers         -XX:+UseSerialGC -XX:+UseCompactObjectHeaders
compact-headers-zgc     -XX:+UseZGC -XX:+UseCompactObjectHeaders
"
here=$(cd "$(dirname "$0")" && pwd)
out=/tmp/oomwhy-gc
scratch=
pid=

cleanup() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    [ -z "$scratch" ] || rm -rf "$scratch"
}
trap cleanup EXIT

jdk_home() {
    case $1 in
    17) echo "${JDK_17:-/usr/lib/jvm/java-17-openjdk-amd64}" ;;
    25) echo "${JDK_25:-/usr/lib/jvm/temurin-25-jdk-amd64}" ;;
    esac
}

# make_dump NAME JAVA_HOME FLAGS...
make_dump() {
    local name=$1 home=$2 dir=$out/$1
    shift 2
    if ! "$home/bin/java" "$@" -version >/dev/null 2>&1; then
        echo "$name: left out, $home cannot do it"
        return
    fi
    rm -rf "$dir"
    mkdir -p "$dir"
    mkfifo "$scratch/go"
    "$home/bin/java" -Xmx256m "$@" -cp "$scratch" MakeDump mixed 200000 - \
        <"$scratch/go" >"$scratch/said" &
    pid=$!
    exec 3>"$scratch/go"
    until grep -q '^ready' "$scratch/said"; do
        kill -0 "$pid" 2>/dev/null || die "$name: the program ended early"
        sleep 0.2
    done
    "$home/bin/jcmd" "$pid" VM.flags >"$dir/flags.txt"
    "$home/bin/jcmd" "$pid" GC.class_histogram >"$dir/class-histogram.txt"
    "$home/bin/jcmd" "$pid" GC.heap_dump "$dir/heap.hprof" >/dev/null
    echo go >&3
    exec 3>&-
    wait "$pid" || die "$name: the program failed"
    pid=
    rm "$scratch/go" "$scratch/said"
    echo "$name: $(tail -n 1 "$dir/class-histogram.txt" |
        awk '{print $2 " objects, " $3 " bytes"}')"
}

while getopts o: flag; do
    case $flag in
    o) out=$OPTARG ;;
    *) die "usage: make-gc-dumps.sh [-o DIR] [NAME...]" ;;
    esac
done
shift $((OPTIND - 1))

scratch=$(mktemp -d)
"$(jdk_home 17)/bin/javac" -d "$scratch" "$here/MakeDump.java"

while read -r layout flags <&4; do
    [ -n "$layout" ] || continue
    for version in 17 25; do
        name=$layout-$version
        if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then
            continue
        fi
        # shellcheck disable=SC2086  # flags is a list of words
        make_dump "$name" "$(jdk_home $version)" $flags
    done
done 4<<<"$layouts"
