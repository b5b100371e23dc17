oomwhy --version
