# shellcheck shell=bash
# Status: one line a machine.

# status prints the table and returns 3 if a machine does not serve.
status() {
  local name pid state down=0
  tools_root
  printf '%-10s %8s %9s  %-24s %s\n' MACHINE PID MEMORY ADDRESSES STATE
  for name in $(machine_names); do
    pid=$(machine_pid "$name")
    state=serves
    if [[ -z $pid ]]; then
      state='not running'
    elif ! machine_ready "$name"; then
      state='runs, does not serve'
    fi
    [[ $state == serves ]] || down=3
    printf '%-10s %8s %6s MB  %-24s %s\n' "$name" "${pid:--}" "$(status_memory "$name")" "$(status_addresses "$name")" "$state"
  done
  return "$down"
}

# status_memory NAME prints the machine's memory in MB: shared pages are counted in part to each process.
status_memory() {
  local pid
  for pid in $(cgroup_pids "$1"); do cat "/proc/$pid/smaps_rollup" 2>/dev/null || true; done |
    awk '/^Pss:/ { kb += $2 } END { printf "%d", kb / 1024 }'
}

status_addresses() (
  machine_load "$1"
  # shellcheck disable=SC2086
  echo $INSIDE $CLOUD $OUTSIDE $FRONT
)
