# shellcheck shell=bash
# Layers: root file systems, stacked as overlay directories. layers/NAME says PACKAGES and either SUITE
# (a root of its own) or PARENT. A layer's directory carries the hash of all that went into it, and gets
# its name only when it is whole.

# tree_hash PATH… prints a short hash of the names, modes and contents below the paths (in LAB_DIR), Go's tests
# left out: nothing is built from them.
tree_hash() {
  (
    cd "$LAB_DIR" || exit
    find "$@" ! -name '*_test.go' \( -type f -o -type l \) -printf '%p %y %l\n' | sort
    find "$@" ! -name '*_test.go' -type f -print0 | sort -z | xargs -0r sha256sum
  ) | sha256sum | cut -c1-12
}

# layer_load NAME sets SUITE, PARENT and PACKAGES.
layer_load() {
  SUITE='' PARENT='' PACKAGES=''
  [[ -f $LAB_DIR/layers/$1 ]] || die "no such layer: $1" 2
  # shellcheck source=/dev/null
  source "$LAB_DIR/layers/$1"
}

# layer_path NAME prints the directory that the layer has, or will have.
layer_path() (
  ! cache_frozen layer "$1" || return 0
  layer_load "$1"
  above=''
  [[ -z $PARENT ]] || above=$(layer_path "$PARENT")
  hash=$(
    echo "$above"
    tree_hash "layers/$1" layers/trim lib/within
    declare -f layer_root layer_grow layer_mirror
  )
  echo "$LAB_CACHE/layers/$1-$(sha256sum <<<"$hash" | cut -c1-12)"
)

# layer_stack NAME prints the directories of a layer and its parents, topmost first, joined by colons.
layer_stack() (
  layer_load "$1"
  stack=$(layer_path "$1")
  [[ -z $PARENT ]] || stack+=:$(layer_stack "$PARENT")
  echo "$stack"
)

# layer_suite NAME prints the Debian suite at the bottom of a layer.
layer_suite() (
  layer_load "$1"
  if [[ -n $PARENT ]]; then layer_suite "$PARENT"; else echo "$SUITE"; fi
)

# layer_ready NAME builds a layer and its parents unless they are there.
layer_ready() {
  local path tmp parent suite packages
  path=$(layer_path "$1")
  [[ ! -d $path ]] || return 0
  layer_load "$1"
  parent=$PARENT suite=$SUITE packages=$PACKAGES
  [[ -z $parent ]] || layer_ready "$parent"
  tmp=$LAB_CACHE/layers/tmp.$1
  rm -rf "$tmp"
  mkdir -p "$LAB_CACHE/layers"
  if [[ -n $parent ]]; then
    step "layer $1" layer_grow "$tmp" "$parent" "$packages"
  else
    step "layer $1" layer_root "$tmp" "$suite" "$packages"
  fi
  mv "$tmp" "$path"
}

# layer_mirror prints the Debian mirror that this computer's own apt uses. The suites' security updates
# are left out: of a suite past its life, the packages that the index names are no longer all kept.
layer_mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk '$2 !~ /[-\/]/ && !mirror { mirror = $1 }
      END { if (!mirror) { print "no Debian mirror among the apt sources" > "/dev/stderr"; exit 1 }; print mirror }'
}

# layer_root DIR SUITE PACKAGES makes a root file system. Suites past their life have expired release
# files: the date is not checked, the signature is.
# shellcheck disable=SC2016
layer_root() {
  local mirror
  mirror=$(layer_mirror)
  mkdir -p "$1"
  (LC_ALL=C.UTF-8 confined build mmdebstrap --mode=root --variant=minbase --format=directory \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --essential-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"' \
    --include="${3// /,}" --customize-hook="chroot \"\$1\" /bin/sh -s <'$LAB_DIR/layers/trim'" \
    "$2" "$1" "deb $mirror $2 main")
}

# layer_grow DIR PARENT PACKAGES installs packages over a parent. All layers share one store of downloads.
layer_grow() {
  local lists archives
  archives=$LAB_CACHE/apt/archives lists=$LAB_CACHE/apt/$(layer_suite "$2")
  mkdir -p "$1" "$archives" "$lists"
  # shellcheck disable=SC2016
  within "$(layer_stack "$2")" "$1" host "$archives:/var/cache/apt/archives" "$lists:/var/lib/apt/lists" \
    "$(readlink -f /etc/resolv.conf):/etc/resolv.conf" "$LAB_DIR/layers:/lab/layers:ro" -- \
    /bin/sh -ec 'apt-get update -q; apt-get install -qy $1; /bin/sh -e /lab/layers/trim' sh "$3"
}

# layer_enter LAYER [-b SOURCE:TARGET]… -- COMMAND… runs a command in a throw-away copy of a layer.
layer_enter() (
  layer=$1 binds=()
  shift
  while [[ ${1:-} == -b ]]; do
    binds+=("$2")
    shift 2
  done
  [[ ${1:-} == -- ]] || die "enter LAYER [-b SOURCE:TARGET]… -- COMMAND…" 2
  [[ -d $(layer_path "$layer") ]] || die "layer $layer is not built: lab layer $layer" 1
  upper=$(mktemp -d "$LAB_CACHE/enter.XXXXXX")
  trap 'rm -rf "$upper" "$upper.work"' EXIT
  chmod 755 "$upper"
  within "$(layer_stack "$layer")" "$upper" none "${binds[@]}" "$@"
)

# within LOWER UPPER NET [BIND…] -- COMMAND…: see lib/within.
within() { (confined build unshare --mount --pid --ipc --uts --fork --kill-child "$LAB_DIR/lib/within" "$@"); }
