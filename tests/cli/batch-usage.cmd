oomwhy batch
