oomwhy help
