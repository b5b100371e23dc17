echo 'this is a shopping list' >list.hprof
oomwhy list.hprof
