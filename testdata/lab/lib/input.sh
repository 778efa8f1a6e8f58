# shellcheck shell=bash
# Inputs: what machines' setups read under /lab while their images are built. machine.conf names the ones
# it needs in INPUTS; an image is built anew when one of them changes.

# input_hash NAME prints a hash of what the input is made from.
input_hash() {
  ! cache_frozen input "$1" || return 0
  case $1 in
    addons) tree_hash addons ;;
    canaries) tree_hash canaries.yaml ;;
    data) echo "$(tree_hash data addons people seed canaries.yaml) ${LAB_PATIENTS:-2000}" "$(layer_path odoo-pg)" | sha256sum | cut -c1-12 ;;
    *) die "no such input: $1" 2 ;;
  esac
}

# input_path NAME prints where the input lies on this computer.
input_path() {
  case $1 in
    addons) echo "$LAB_DIR/addons" ;;
    canaries) echo "$LAB_DIR/canaries.yaml" ;;
    data) echo "$LAB_CACHE/data/$(input_hash data)" ;;
  esac
}

# input_target NAME prints where a setup finds it.
input_target() { if [[ $1 == canaries ]]; then echo /lab/canaries.yaml; else echo "/lab/$1"; fi; }

# input_ready NAME builds the input if it is one that is built: data/build DIR fills DIR, with LAB (this
# command) and LAB_PATIENTS in its environment, and the layer odoo-pg there for `lab enter`, which need
# not lock what is locked (LAB_LOCKED).
input_ready() {
  local path tmp
  [[ $1 == data ]] || return 0
  path=$(input_path data)
  [[ ! -d $path ]] || return 0
  layer_ready odoo-pg
  tmp=$LAB_CACHE/data/tmp.data
  rm -rf "$tmp"
  mkdir -p "$tmp"
  step "database of ${LAB_PATIENTS:=2000} patients" confined build \
    env LAB="$LAB_DIR/lab" LAB_LOCKED=1 LAB_PATIENTS="$LAB_PATIENTS" "$LAB_DIR/data/build" "$tmp"
  mv "$tmp" "$path"
}
