oomwhy --format pdf x
