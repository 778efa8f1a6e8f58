# shellcheck shell=bash
# Images: a machine's root as it is before its first boot: a layer, machines/NAME/files copied over it,
# its accounts, and what machines/NAME/setup did.

# image_path NAME prints the directory of the machine's image, which carries the hash of all that goes in.
image_path() (
  ! cache_frozen image "$1" || return 0
  machine_load "$1"
  hash=$(
    layer_path "$LAYER"
    tree_hash "machines/$1/machine.conf" "machines/$1/files" "machines/$1/setup" lib/within 2>/dev/null
    declare -f image_build
    for input in $INPUTS; do input_hash "$input"; done
  )
  echo "$LAB_CACHE/images/$1-$(sha256sum <<<"$hash" | cut -c1-12)"
)

# image_stack NAME prints the overlay directories of a machine, topmost first.
image_stack() (
  machine_load "$1"
  echo "$(image_path "$1"):$(layer_stack "$LAYER")"
)

# image_ready NAME builds the image unless it is there.
image_ready() {
  local path tmp input
  path=$(image_path "$1")
  [[ ! -d $path ]] || return 0
  machine_load "$1"
  for input in $INPUTS; do input_ready "$input"; done
  layer_ready "$LAYER"
  machine_load "$1" # building a layer may have loaded something else
  tmp=$LAB_CACHE/images/tmp.$1
  rm -rf "$tmp"
  mkdir -p "$tmp"
  step "image $1" image_build "$1" "$tmp"
  mv "$tmp" "$path"
}

# image_build NAME DIR fills DIR. Files get 0755 if they are programs, else 0644, whatever umask the
# checkout had; setup tightens.
image_build() {
  local binds=("$LAB_DIR/machines/$1:/lab/machine:ro") input
  for input in $INPUTS; do binds+=("$(input_path "$input"):$(input_target "$input"):ro"); done
  # shellcheck disable=SC2016
  within "$(layer_stack "$LAYER")" "$2" none "${binds[@]}" -- /bin/sh -ec '
    if [ -d /lab/machine/files ]; then
      cd /lab/machine/files
      find . -mindepth 1 -type d | while read -r d; do [ -d "/$d" ] || install -d -m 755 "/$d"; done
      find . -type l | while read -r f; do cp -P "$f" "/$f"; done
      find . -type f | while read -r f; do m=644; [ ! -x "$f" ] || m=755; install -m $m "$f" "/$f"; done
      cd /
    fi
    for user in $1; do
      useradd --create-home --shell /bin/bash "$user"
      install -d -m 700 -o "$user" -g "$user" "/home/$user/.ssh"
    done
    # The packages signed a certificate with the name of the computer that builds; the machine has its own.
    if [ -e /etc/ssl/private/ssl-cert-snakeoil.key ]; then
      openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" -out /etc/ssl/certs/ssl-cert-snakeoil.pem \
        -keyout /etc/ssl/private/ssl-cert-snakeoil.key 2>/dev/null
    fi
    [ ! -e /lab/machine/setup ] || /lab/machine/setup
    rm -f /usr/sbin/policy-rc.d
  ' sh "$USERS" "$1"
}
