dump_begin
string 1 java/lang/Object
{ u1 28; u4 0; u4 4294967295; } >>.dump
dump_end >a.hprof
oomwhy histogram $model a.hprof
