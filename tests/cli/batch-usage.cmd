oomwhy batch
oomwhy batch --fail-on on_heap .
oomwhy drill --pid=7
