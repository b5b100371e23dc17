mkdir in
echo notes >in/notes.txt
oomwhy batch in -o out
