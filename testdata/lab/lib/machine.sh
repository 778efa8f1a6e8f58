# shellcheck shell=bash
# Machines: what machine.conf says of each, booting, waiting, stopping.

# machine_names prints the machines, without those of a part that was not built.
machine_names() {
  local name part
  for name in $(machine_every); do
    part=$(machine_part "$name")
    [[ -n $part && $(input_hash "$part") == none ]] || echo "$name"
  done
}

machine_every() { find "$LAB_DIR/machines" -mindepth 2 -maxdepth 2 -name machine.conf -printf '%h\n' | sed 's|.*/||' | sort; }

# machine_part NAME prints the part that the machine belongs to, if it does.
machine_part() { sed -n 's/^PART=//p' "$LAB_DIR/machines/$1/machine.conf"; }

machine_known() { [[ -n $1 && -f $LAB_DIR/machines/$1/machine.conf ]] || die "no such machine: ${1:-none named}" 2; }

# machine_load NAME sets what its machine.conf may say; the defaults are here, README.md explains them.
# shellcheck disable=SC2034
machine_load() {
  LAYER='' INSIDE='' FRONT='' CLOUD='' OUTSIDE='' ALIASES='' USERS=assess INPUTS='' TLS='' TLS_GROUP=root
  SSH='inside cloud outside' DEADLINE=90
  # shellcheck source=/dev/null
  source "$LAB_DIR/machines/$1/machine.conf"
}

# machine_address NAME NETWORK prints its address there, or an empty line.
machine_address() (
  machine_load "$1"
  network=${2^^}
  echo "${!network}"
)

# machine_host_names NAME prints its names and addresses, as known_hosts needs them.
machine_host_names() (
  machine_load "$1"
  # shellcheck disable=SC2086
  echo $1 $1.clinic.example $ALIASES $INSIDE $CLOUD $OUTSIDE $FRONT
)

# machine_hosts prints /etc/hosts as every machine gets it. Machines of a part are not in it: to build one must not boot
# all others anew.
machine_hosts() (
  echo '127.0.0.1 localhost'
  for name in $(machine_every); do
    [[ -z $(machine_part "$name") ]] || continue
    machine_load "$name"
    echo "${INSIDE:-${CLOUD:-$OUTSIDE}} $name.clinic.example $name${ALIASES:+ $ALIASES}"
  done
)

# machine_pid NAME prints the process that is PID 1 in the machine, if it runs.
machine_pid() {
  local pids
  mapfile -t pids < <(cgroup_pids "$1")
  ((${#pids[@]})) || return 0
  pids=("${pids[@]/#//proc/}")
  # grep passes over a process that is gone meanwhile; awk would stop there.
  grep -sH '^NSpid:' "${pids[@]/%//status}" | awk 'NF == 3 && $3 == 1 { split($1, path, "/"); print path[3] }' || true
}

# machine_in NAME COMMAND… runs a command as root in a running machine.
machine_in() {
  local name=$1 pid
  shift
  pid=$(machine_pid "$name")
  [[ -n $pid ]] || die "$name is not running"
  nsenter -t "$pid" -m -u -i -n -p -C -r -w env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" "$@"
}

machine_sh() {
  local name=$1
  shift
  if (($#)); then machine_in "$name" "$@"; else machine_in "$name" /bin/sh -l; fi
}

# machine_ready NAME succeeds when machines/NAME/ready, run in the machine by /bin/sh, does.
machine_ready() {
  [[ -n $(machine_pid "$1") ]] || return 1
  (machine_in "$1" timeout 15 /bin/sh -s <"$LAB_DIR/machines/$1/ready") >/dev/null 2>&1
}

# machine_version NAME prints what a machine was booted from; if that has changed, `lab up` boots it anew.
machine_version() {
  image_path "$1"
  machine_hosts
  tree_hash "machines/$1" lib/boot lib/init
}

# machine_boot NAME starts a machine that does not run.
machine_boot() {
  local run=$LAB_CACHE/run/$1
  cgroup_kill "$1"
  rm -rf "$run"
  mkdir -p "$run"
  net_attach "$1"
  image_stack "$1" >"$run/stack"
  machine_version "$1" >"$run/version"
  confined "$1" setsid unshare --mount "$LAB_DIR/lib/boot" "$1" >"$run/console.log" 2>&1 </dev/null &
}

# machine_wait NAME PROCESS polls until the machine serves, and says after how long; PROCESS is what
# machine_boot started, which lives as long as the machine.
machine_wait() (
  lock_drop
  start=$EPOCHREALTIME
  machine_load "$1"
  until machine_ready "$1"; do
    kill -0 "$2" 2>/dev/null || die "$1 died while booting: $(tail -n 3 "$LAB_CACHE/run/$1/console.log")"
    ((${EPOCHREALTIME%.*} - ${start%.*} < DEADLINE)) || die "$1 does not serve after $DEADLINE s; see $LAB_CACHE/run/$1/console.log"
    sleep 0.2
  done
  say "$1: serves after $(seconds_since "$start") s"
)

# machine_raise NAME… boots at once those that do not run, do not serve, or run an older version.
machine_raise() {
  local name booting=() waits=() failed=0
  machine_hosts >"$LAB_CACHE/run/hosts"
  for name in "$@"; do
    if machine_version "$name" | cmp -s - "$LAB_CACHE/run/$name/version" && machine_ready "$name"; then
      say "$name: serves already"
    else
      booting+=("$name")
    fi
  done
  machine_certificates "${booting[@]}"
  for name in "${booting[@]}"; do
    machine_boot "$name"
    machine_wait "$name" $! &
    waits+=($!)
  done
  for name in "${waits[@]}"; do wait "$name" || failed=1; done
  return "$failed"
}

# machine_certificates NAME… issues the leaves of machines that are about to boot, relative to now. Those of
# machines that run stay: pki/leaf holds what is served.
machine_certificates() {
  local leaves
  mkdir -p "$LAB_CACHE/run" "$LAB_CACHE/pki"
  (($#)) || return 0
  # shellcheck disable=SC2046,SC2086
  leaves=$(for name in "$@"; do machine_load "$name" && echo $TLS; done)
  # shellcheck disable=SC2086
  step certificates machine_issue $leaves
}

machine_issue() { (cd "$LAB_DIR" && go run ./pki "$LAB_CACHE/pki" "$@"); }

# machine_kill_all kills every machine that the system shows, known or not.
machine_kill_all() {
  local name
  for name in $(cgroup_names); do cgroup_kill "$name"; done
}
