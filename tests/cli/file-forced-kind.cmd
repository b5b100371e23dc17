echo 'this is a shopping list' >list.hprof
oomwhy --heap list.hprof
