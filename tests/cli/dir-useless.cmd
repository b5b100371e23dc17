mkdir case
echo 'milk, bread' >case/list
oomwhy case
