case=$ROOT/samples/wrong-dump
oomwhy "$case" >plain
oomwhy --color always "$case" | sed 's/\x1b\[[0-9;]*m//g' | cmp - plain
oomwhy --color never "$case" | cmp - plain
NO_COLOR=1 oomwhy "$case" | cmp - plain
oomwhy --color always "$case" | head -1 | cut -c1-20 | cat -v
