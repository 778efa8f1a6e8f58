# shellcheck shell=bash
# The lock: one command at a time changes the lab.

# LOCK is the lock's file descriptor.
LOCK=

# lock_take WHAT waits for the lock, says who holds it meanwhile, and writes WHAT into it.
lock_take() {
  cache_make
  exec {LOCK}<>"$LAB_CACHE/lock"
  if ! flock -n "$LOCK"; then
    say "waiting for the lock, held by: $(<"$LAB_CACHE/lock")"
    flock "$LOCK"
  fi
  # `lab clean` may have removed the file while we waited for it.
  if [[ ! $LAB_CACHE/lock -ef /proc/self/fd/$LOCK ]]; then
    exec {LOCK}>&-
    lock_take "$1"
    return
  fi
  printf 'lab %s, process %d, since %(%H:%M:%S)T\n' "$1" $$ -1 >"$LAB_CACHE/lock"
}

# lock_drop is for subshells: what may outlive a killed command must not hold its lock.
lock_drop() {
  if [[ -n $LOCK ]]; then
    exec {LOCK}>&-
    LOCK=
  fi
}
