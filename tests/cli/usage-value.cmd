oomwhy --limit lots x
