# A view without anything to show says so; for programs it is empty or null.
echo 'java.lang.OutOfMemoryError: Java heap space' >app.log
for view in nmt kills balance; do
    oomwhy $view app.log
    oomwhy $view --format csv app.log
done
