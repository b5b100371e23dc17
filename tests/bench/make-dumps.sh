#!/usr/bin/env bash
# Makes the heap dumps that the benchmarks read, with a histogram beside each.
#
#     make-dumps.sh [-o DIR] [NAME...]
#
# DIR is /tmp/oomwhy-bench unless told otherwise. Without a NAME all but
# mixed-3g are made. A dump that is there already is kept.
#
#     mixed-100m     ~100 MB, 2.1 million small objects
#     mixed-1g       ~1 GB, 21 million small objects
#     mixed-3g       ~3 GB, 64 million small objects; needs 8 GB of memory
#     big-arrays     ~700 MB in 120 arrays
#     long-list      one linked list of 2 million nodes
#     mixed-100m-gz  like mixed-100m, gzipped by the JVM itself (JDK 15+)
set -euo pipefail

. "$(dirname "$0")/program.sh"
java_home=${JAVA_HOME:-/usr/lib/jvm/java-17-openjdk-amd64}
out=/tmp/oomwhy-bench

# make_dump NAME SHAPE COUNT XMX [gz]: one program, one histogram, one dump.
make_dump() {
    local name=$1 shape=$2 count=$3 xmx=$4 gz=${5:-}
    local file=$out/$name.hprof
    [ -z "$gz" ] || file=$file.gz
    if [ -e "$file" ]; then
        echo "$name: kept $file"
        return
    fi
    local own=$file
    [ -z "$gz" ] || own=-

    start_program "$name" "$java_home" -Xms"$xmx" -Xmx"$xmx" \
        -XX:+UseSerialGC MakeDump "$shape" "$count" "$own"
    "$java_home/bin/jcmd" "$pid" GC.class_histogram \
        >"$out/$name.histogram.txt"
    if [ -n "$gz" ]; then
        "$java_home/bin/jcmd" "$pid" GC.heap_dump -gz=1 "$file" >/dev/null
    fi
    end_program || { rm -f "$file"; die "$name: the program failed"; }
    echo "$name: $(stat -c %s "$file") bytes," \
        "$(tail -n 1 "$out/$name.histogram.txt" | awk '{print $2}') objects"
}

while getopts o: flag; do
    case $flag in
    o) out=$OPTARG ;;
    *) die "usage: make-dumps.sh [-o DIR] [NAME...]" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- mixed-100m mixed-1g big-arrays long-list mixed-100m-gz

[ -x "$java_home/bin/jcmd" ] || die "no JDK in $java_home; set JAVA_HOME"
mkdir -p "$out"
compile_program "$java_home"

for name; do
    case $name in
    mixed-100m)    make_dump "$name" mixed 2200000 400m ;;
    mixed-1g)      make_dump "$name" mixed 22000000 3g ;;
    mixed-3g)      make_dump "$name" mixed 66000000 7g ;;
    big-arrays)    make_dump "$name" big-arrays 120 1500m ;;
    long-list)     make_dump "$name" long-list 2000000 300m ;;
    mixed-100m-gz) make_dump "$name" mixed 2200000 400m gz ;;
    *) die "no such dump: $name" ;;
    esac
done
