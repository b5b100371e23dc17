small_dump >a.hprof
{ sleep 0.2; oomwhy --format json a.hprof; echo $? >status; } | :
cat status
