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

. "$(dirname "$0")/program.sh"

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
out=/tmp/oomwhy-gc

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
    start_program "$name" "$home" -Xmx256m "$@" MakeDump mixed 200000 -
    "$home/bin/jcmd" "$pid" VM.flags >"$dir/flags.txt"
    "$home/bin/jcmd" "$pid" GC.class_histogram >"$dir/class-histogram.txt"
    "$home/bin/jcmd" "$pid" GC.heap_dump "$dir/heap.hprof" >/dev/null
    end_program || die "$name: the program failed"
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

compile_program "$(jdk_home 17)"

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
