# lib.sh - makes small inputs for the golden cases.
#
# Heap dumps are written record by record with ids of 8 bytes:
#
#     dump_begin
#     string 1 java/lang/Object ...
#     segment_begin; root_sticky 16; class 16 0 0; segment_end
#     dump_end >a.hprof

u1() { printf "$(printf '\\%03o' "$1")"; }
u2() { printf "$(printf '\\%03o\\%03o' $(($1 >> 8 & 255)) $(($1 & 255)))"; }
u4() {
    printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 >> 24 & 255)) \
        $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))"
}
u8() { u4 $(($1 >> 32)); u4 $(($1 & 4294967295)); }

# Time: 2023-11-14T22:13:20Z.
dump_begin() {
    { printf 'JAVA PROFILE 1.0.2\000'; u4 8; u8 1700000000000; } >.dump
    serial=0
}
dump_end() { : >.body; record 44; cat .dump; }
# record TAG: with the contents of .body
record() { { u1 "$1"; u4 0; u4 "$(wc -c <.body)"; cat .body; } >>.dump; }

string() { { u8 "$1"; printf %s "$2"; } >.body; record 1; }
# load_class ID NAME-STRING
load_class() {
    serial=$((serial + 1))
    { u4 $serial; u8 "$1"; u4 0; u8 "$2"; } >.body
    record 2
}
segment_begin() { : >.segment; }
segment_end() { cp .segment .body; record 28; }

root_sticky() { { u1 5; u8 "$1"; } >>.segment; }
# class ID SUPER BYTES [FIELD-STRING TYPE]...
class() {
    {
        u1 32; u8 "$1"; u4 0; u8 "$2"
        u8 0; u8 0; u8 0; u8 0; u8 0
        u4 "$3"; u2 0; u2 0
        shift 3
        u2 $(($# / 2))
        while [ $# -gt 0 ]; do u8 "$1"; u1 "$2"; shift 2; done
    } >>.segment
}
# class_static ID SUPER NAME-STRING OBJECT: no fields, one static.
class_static() {
    {
        u1 32; u8 "$1"; u4 0; u8 "$2"
        u8 0; u8 0; u8 0; u8 0; u8 0
        u4 0; u2 0; u2 1; u8 "$3"; u1 2; u8 "$4"; u2 0
    } >>.segment
}
# instance ID CLASS REFERENCE...
instance() {
    {
        u1 33; u8 "$1"; u4 0; u8 "$2"
        shift 2
        u4 $(($# * 8))
        for ref; do u8 "$ref"; done
    } >>.segment
}
# objects ID CLASS REFERENCE...: an array of objects
objects() {
    {
        u1 34; u8 "$1"; u4 0; u4 $(($# - 2)); u8 "$2"
        shift 2
        for ref; do u8 "$ref"; done
    } >>.segment
}
# bytes ID LENGTH: a byte[] of zeros
bytes() {
    {
        u1 35; u8 "$1"; u4 0; u4 "$2"; u1 8
        head -c "$2" /dev/zero
    } >>.segment
}

# A class with a static list of three byte[1000], one byte[] of garbage.
small_dump() {
    dump_begin
    string 1 java/lang/Object
    string 2 java/lang/Class
    string 3 app/Cache
    string 4 '[B'
    string 5 '[Ljava/lang/Object;'
    string 6 ENTRIES
    load_class 256 1
    load_class 512 2
    load_class 768 3
    load_class 1024 4
    load_class 1280 5
    segment_begin
    root_sticky 256
    root_sticky 768
    class 256 0 0
    class 512 256 0
    class_static 768 256 6 4096
    class 1024 256 0
    class 1280 256 0
    objects 4096 1280 8192 12288 16384
    bytes 8192 1000
    bytes 12288 1000
    bytes 16384 1000
    bytes 20480 64
    segment_end
    dump_end
}

# An OOM kill of java, pid 4242, in a container of 512 MiB.
small_kill() {
    cat <<'EOF'
[  100.000001] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
[  100.000010] memory: usage 524288kB, limit 524288kB, failcnt 77
[  100.000020] Tasks state (memory values in pages):
[  100.000030] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
[  100.000040] [   4242]     0  4242   700000   130000  1400000        0             0 java
[  100.000050] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=app,mems_allowed=0,oom_memcg=/app,task_memcg=/app,task=java,pid=4242,uid=0
[  100.000060] Memory cgroup out of memory: Killed process 4242 (java) total-vm:2800000kB, anon-rss:500000kB, file-rss:20000kB, shmem-rss:0kB, UID:0 pgtables:1368kB oom_score_adj:0
EOF
}

# What jcmd says where tracking is off.
nmt_off() { printf '4242:\nNative memory tracking is not enabled\n'; }

# One value of a JSON report, as printed: json_value KEY <report
json_value() { sed -n "s/^ *\"$1\": \(.*[^,]\),\{0,1\}$/\1/p"; }

# Sizes of small dumps are not to hang on what can be inferred from them.
model='--size-model hotspot-64-compressed'
