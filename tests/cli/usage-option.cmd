oomwhy --nonsense x
