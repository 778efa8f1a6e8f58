# shellcheck shell=bash
# The cache: everything built, in folders that carry the hash of what they were built from.

# FROZEN holds paths and hashes as they were when the command began: a build takes minutes, and an edit
# meanwhile must not make two halves of one command disagree.
declare -A FROZEN=()

# cache_freeze computes them all.
cache_freeze() {
  local name
  for name in "$LAB_DIR"/layers/*; do
    name=${name##*/}
    [[ $name == trim ]] || FROZEN[layer $name]=$(layer_path "$name")
  done
  for name in addons canaries data traefik platform; do FROZEN[input $name]=$(input_hash "$name"); done
  for name in $(machine_names); do FROZEN[image $name]=$(image_path "$name"); done
}

# cache_frozen KIND NAME prints what was frozen, or fails.
cache_frozen() { [[ -n ${FROZEN[$1 $2]:-} ]] && echo "${FROZEN[$1 $2]}"; }

# cache_make makes the cache's folder, for its owner alone: it holds keys.
cache_make() {
  mkdir -p "$LAB_CACHE"
  chmod 700 "$LAB_CACHE"
}

# cache_sweep removes what interrupted builds left. The caller holds the lock and has killed them.
cache_sweep() { rm -rf "$LAB_CACHE"/{layers,images,data,traefik,platform}/tmp.* "$LAB_CACHE"/{enter,check}.*; }

# cache_prune removes layers, images and built parts that nothing is made from any more: not the definitions as they
# are now, not a machine that runs, nor anything built within the last day (someone may be at work on it).
cache_prune() {
  local keep path
  keep=$(
    for path in "$LAB_DIR"/layers/*; do [[ ${path##*/} == trim ]] || layer_path "${path##*/}"; done
    for path in $(machine_names); do image_path "$path"; done
    input_path traefik
    input_path platform
    cat "$LAB_CACHE"/run/*/stack 2>/dev/null | tr : '\n'
  )
  find "$LAB_CACHE"/{layers,images,traefik,platform} -mindepth 1 -maxdepth 1 -mtime +0 2>/dev/null | while read -r path; do
    grep -qxF "$path" <<<"$keep" || rm -rf "$path"
  done
}
