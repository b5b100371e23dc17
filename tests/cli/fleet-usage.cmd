mkdir in
small_kill >in/dmesg.txt
oomwhy batch in -o out >/dev/null
oomwhy fleet none
oomwhy fleet out --group abc
oomwhy fleet out --since yesterday
oomwhy fleet out --fail-on new
oomwhy fleet in/dmesg.txt
oomwhy fleet out in
