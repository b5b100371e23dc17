oomwhy --format csv x
