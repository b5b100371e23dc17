oomwhy
