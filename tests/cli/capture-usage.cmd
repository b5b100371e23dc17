oomwhy capture || echo "exit $?"
oomwhy capture 1 2 3 || echo "exit $?"
oomwhy capture 12x dir || echo "exit $?"
oomwhy capture 0 dir || echo "exit $?"
oomwhy capture 4194305 dir || echo "exit $?"
oomwhy capture --heap-dump perhaps $$ dir || echo "exit $?"
oomwhy capture $$ no/such/dir || echo "exit $?"
ls
