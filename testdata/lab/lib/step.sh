# shellcheck shell=bash
# Steps: what the lab is doing, and how long it took.

# say prints a line for people; results go to stdout, this goes to stderr.
say() { printf 'lab: %s\n' "$*" >&2; }

# die MESSAGE [EXIT] ends the command.
die() {
  say "$1"
  exit "${2:-1}"
}

# seconds_since START prints the seconds since START (an EPOCHREALTIME) with one decimal.
seconds_since() {
  local us=$((${EPOCHREALTIME/./} - ${1/./}))
  printf '%d.%d' $((us / 1000000)) $((us / 100000 % 10))
}

# step WHAT COMMAND… runs a command in a subshell with its output in a log, and says how long it took.
# Never call it in a condition: bash would switch off errexit in everything below it.
step() {
  local what=$1 start=$EPOCHREALTIME log code
  shift
  mkdir -p "$LAB_CACHE/log"
  log="$LAB_CACHE/log/${what//[ \/]/-}.log"
  set +e
  (
    set -e
    lock_drop
    "$@"
  ) >"$log" 2>&1 </dev/null
  code=$?
  set -e
  if ((code)); then
    tail -n 30 "$log" >&2
    die "$what failed (exit $code) after $(seconds_since "$start") s; see $log"
  fi
  say "$what: $(seconds_since "$start") s"
}
