# shellcheck shell=bash
# The lock: one command at a time changes the lab.

# LOCK is the lock's file descriptor. What outlives the command (machines, builds) must not inherit it.
LOCK=

# lock_take WHAT waits for the lock, says who holds it meanwhile, and writes WHAT into it.
lock_take() {
  mkdir -p "$LAB_CACHE"
  exec {LOCK}<>"$LAB_CACHE/lock"
  if ! flock -n "$LOCK"; then
    say "waiting for the lock, held by: $(tr -d '\0' <"$LAB_CACHE/lock")"
    flock "$LOCK"
  fi
  printf 'lab %s, process %d, since %(%H:%M:%S)T\n' "$1" $$ -1 >"$LAB_CACHE/lock"
}
