# One file that loads nothing, with foreign text escaped.
small_dump | sed 's/Cache/<i>\&x/' >a.hprof
oomwhy a.hprof -o page.html
grep -c '<i>\|http:\|https:\|<script\|src=' page.html
grep -o '<h2>[^<]*</h2>' page.html
grep -o 'app.&lt;i&gt;&amp;x' page.html | sort -u
