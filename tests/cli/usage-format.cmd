oomwhy --format html x
