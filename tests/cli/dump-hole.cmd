# Zeros where a disk lost 200 bytes, in the middle of 40 objects: 8 are lost.
dump_begin
string 1 java/lang/Object
string 2 demo/Node
string 3 next
load_class 4096 1
load_class 4104 2
segment_begin
class 4096 0 0
class 4104 4096 8 3 2
for i in $(seq 1 40); do instance $((65536 + 16 * i)) 4104 65536; done
root_sticky 4104
segment_end
dump_end >a.hprof
head -c 200 /dev/zero | dd of=a.hprof bs=1 seek=1000 conv=notrunc 2>/dev/null
oomwhy --format json a.hprof 2>/dev/null | json_value unparsed_bytes
oomwhy histogram $model a.hprof
