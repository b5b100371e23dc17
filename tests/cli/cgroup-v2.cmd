# A v2 memory cgroup copied before and after the death of what was in it.
mkdir -p case/1/cgroup case/after
printf '500000000\n' >case/1/cgroup/memory.current
printf 'low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\n' >case/1/cgroup/memory.events
printf '536870912\n' >case/1/cgroup/memory.max
printf 'Name:\tjava\nTgid:\t7\nPid:\t7\nVmRSS:\t 480000 kB\n' >case/1/status
printf 'low 0\nhigh 0\nmax 73\noom 1\noom_kill 1\n' >case/after/memory.events
printf '0\n' >case/after/memory.current
oomwhy case --format json >report
json_value limit_bytes <report | head -n 1
oomwhy case | grep -i 'oom kill'
