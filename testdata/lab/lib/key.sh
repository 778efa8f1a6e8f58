# shellcheck shell=bash
# Keys: made once in the cache, so that known_hosts stays true from one `lab up` to the next.

# key_make makes the users' keys, each machine's host key, and known_hosts, as far as they are missing.
key_make() {
  local dir=$LAB_CACHE/keys name
  mkdir -p "$dir"
  for name in assess ferry labdrop; do key_pair "$dir/id_$name" "$name@lab"; done
  for name in $(machine_names); do key_pair "$dir/host_$name" "$name"; done
  for name in $(machine_names); do
    echo "$(machine_host_names "$name" | tr ' ' ,) $(cut -d' ' -f1,2 "$dir/host_$name.pub")"
  done >"$dir/known_hosts.new"
  chmod 600 "$dir"/*
  mv "$dir/known_hosts.new" "$dir/known_hosts"
}

key_pair() { [[ -f $1.pub ]] || { rm -f "$1" && ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$1"; }; }
