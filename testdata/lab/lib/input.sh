# shellcheck shell=bash
# Inputs: what machines' setups read under /lab while their images are built. machine.conf names the ones
# it needs in INPUTS; an image is built anew when one of them changes.

# input_hash NAME prints a hash of what the input is made from.
input_hash() {
  ! cache_frozen input "$1" || return 0
  case $1 in
    addons) tree_hash addons ;;
    canaries) tree_hash canaries.yaml ;;
    traefik | platform) input_part "$1" ;;
    data) echo "$(tree_hash data addons people seed canaries.yaml) ${LAB_PATIENTS:-2000}" "$(layer_path odoo-pg)" | sha256sum | cut -c1-12 ;;
    *) die "no such input: $1" 2 ;;
  esac
}

# input_path NAME prints where the input lies on this computer.
input_path() {
  case $1 in
    addons) echo "$LAB_DIR/addons" ;;
    canaries) echo "$LAB_DIR/canaries.yaml" ;;
    data | traefik | platform) echo "$LAB_CACHE/$1/$(input_hash "$1")" ;;
  esac
}

# input_part NAME prints the hash of a part's build (traefik, platform) if it is in the cache, or is asked for by
# LAB_TRAEFIK=1 or LAB_PLATFORM=1; else "none": it takes minutes, so a lab does without it until somebody wants it.
input_part() {
  local hash wish=LAB_${1^^}
  hash=$(tree_hash "$1")
  if [[ ${!wish:-} == 1 || -d $LAB_CACHE/$1/$hash ]]; then echo "$hash"; else echo none; fi
}

# input_target NAME prints where a setup finds it.
input_target() { if [[ $1 == canaries ]]; then echo /lab/canaries.yaml; else echo "/lab/$1"; fi; }

# input_ready NAME builds the input if it is one that is built.
input_ready() {
  local path tmp
  [[ $1 == data || $1 == traefik || $1 == platform ]] || return 0
  path=$(input_path "$1")
  [[ ! -d $path ]] || return 0
  tmp=$LAB_CACHE/$1/tmp.$1
  rm -rf "$tmp"
  mkdir -p "$tmp"
  [[ ${path##*/} == none ]] || "input_build_$1" "$tmp"
  mv "$tmp" "$path"
}

# input_build_data DIR: data/build gets LAB (this command) and LAB_PATIENTS in its environment, and the layer odoo-pg
# there for `lab enter`, which need not lock what is locked (LAB_LOCKED).
input_build_data() {
  layer_ready odoo-pg
  step "database of ${LAB_PATIENTS:=2000} patients" confined build \
    env LAB="$LAB_DIR/lab" LAB_LOCKED=1 LAB_PATIENTS="$LAB_PATIENTS" "$LAB_DIR/data/build" "$1"
}

input_build_platform() {
  say 'building Kubernetes from its module, once: this takes minutes'
  step platform confined build "$LAB_DIR/platform/build" "$1"
}

input_build_traefik() {
  say 'building Traefik from its module, once: this takes minutes'
  step traefik confined build "$LAB_DIR/traefik/build" "$1"
}
