mkdir case
oomwhy case
