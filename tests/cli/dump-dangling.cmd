dump_begin
string 1 java/lang/Object
string 5 '[Ljava/lang/Object;'
load_class 256 1
load_class 1280 5
segment_begin
root_sticky 256
class 256 0 0
class 1280 256 0
objects 4096 1280 111 222 333
segment_end
dump_end >a.hprof
oomwhy --format json a.hprof >report
status=$?
json_value dangling_references <report
exit $status
