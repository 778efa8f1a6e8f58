# shellcheck shell=bash
# Cgroups: each machine, and all building, lives in one named nf-…, so that whatever a crashed command
# left behind is found by name and killed whole.

# cgroup_root prints where a writable cgroup2 is mounted; mounts one of our own if there is none.
cgroup_root() {
  local kind path _
  while read -r _ path kind _; do
    if [[ $kind == cgroup2 && -w $path/cgroup.procs ]]; then
      echo "$path"
      return
    fi
  done </proc/mounts
  path=$LAB_CACHE/run/cgroup
  mkdir -p "$path"
  mount -t cgroup2 cgroup2 "$path"
  echo "$path"
}

# confined NAME COMMAND… becomes a command in the cgroup nf-NAME, without the lab's lock. Call it in a
# subshell or in the background; it does not return.
confined() {
  local group
  group=$(cgroup_root)/nf-$1
  shift
  mkdir -p "$group"
  echo "$BASHPID" >"$group/cgroup.procs"
  lock_drop
  exec "$@"
}

# cgroup_pids NAME prints the processes of the cgroup nf-NAME and of those below it.
cgroup_pids() {
  local group
  group=$(cgroup_root)/nf-$1
  [[ ! -d $group ]] || find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null || true
}

# cgroup_kill NAME kills all processes of a cgroup and removes it, which the kernel allows once the last
# one is gone for good. SIGKILL, because `unshare --fork` ignores SIGTERM.
cgroup_kill() {
  local group pids deadline=$((SECONDS + 20))
  group=$(cgroup_root)/nf-$1
  while [[ -d $group ]]; do
    mapfile -t pids < <(cgroup_pids "$1")
    kill -9 "${pids[@]}" 2>/dev/null || true
    find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    [[ -d $group ]] || break
    ((SECONDS < deadline)) || die "processes of $1 do not die: ${pids[*]}"
    sleep 0.02
  done
}

# cgroup_names prints the machines (and "build") that have a cgroup.
cgroup_names() { find "$(cgroup_root)" -maxdepth 1 -name 'nf-*' -printf '%f\n' | sed 's/^nf-//'; }

# cgroup_down removes every cgroup of the lab, and the mount if it is ours.
cgroup_down() {
  local name
  for name in $(cgroup_names); do cgroup_kill "$name"; done
  cgroup_reaped
  umount "$LAB_CACHE/run/cgroup" 2>/dev/null || true
}

# cgroup_reaped waits until the computer's own init has collected the dead, so that nothing shows them any
# more. An init that collects nobody (a container may have one) is not waited for longer than five seconds.
cgroup_reaped() {
  local deadline=$((SECONDS + 5))
  while ((SECONDS < deadline)) && grep -qs '^0::.*/nf-' /proc/[0-9]*/cgroup; do sleep 0.05; done
}
