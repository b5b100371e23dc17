dump_begin
string 1 "java/lang/Object"
string 2 "$(printf 'evil\033[2J/\202\377"<b>')"
load_class 256 1
load_class 512 2
segment_begin
root_sticky 256
root_sticky 4096
class 256 0 0
class 512 256 0
instance 4096 512
segment_end
dump_end >a.hprof
oomwhy histogram $model a.hprof
oomwhy histogram $model --format json a.hprof | grep evil
oomwhy histogram $model --format csv a.hprof | grep evil
