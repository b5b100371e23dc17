# What kubectl says of a pod gives the limit and the options, and that it was
# killed; the same saved by a Windows shell is the same.
cat >pod.txt <<'END'
Name:             shop-1
Containers:
  shop:
    Container ID:   containerd://4d6f
    Image:          registry/shop:1.2.3
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Limits:
      cpu:     2
      memory:  512Mi
    Requests:
      memory:  256Mi
    Environment:
      JAVA_TOOL_OPTIONS:  -Xmx400m
END
oomwhy pod.txt | sed -n '1,4p; /^Inputs/,$p'
oomwhy --format json pod.txt | grep -e limit_bytes -e xmx_bytes
{
    printf '\377\376'
    while IFS= read -r line; do printf '%s\r\n' "$line"; done <pod.txt |
        od -An -v -to1 | tr -s ' ' '\n' |
        while read -r octet; do [ -z "$octet" ] || printf "\\$octet\\000"; done
} >pod-16.txt
oomwhy pod-16.txt | sed -n '1,4p'
