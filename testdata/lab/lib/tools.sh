# shellcheck shell=bash
# Tools: what the computer must have to hold a lab. Exit 69 means that this one cannot.

# tools_root ends the command unless it runs as root.
tools_root() { ((EUID == 0)) || die "cannot hold a lab here: root is needed" 69; }

# tools_packages prints the Debian packages whose programs are missing.
tools_packages() {
  local pair
  for pair in mmdebstrap:mmdebstrap zstd:zstd ip:iproute2 openssl:openssl ssh-keygen:openssh-client \
    unshare:util-linux nsenter:util-linux psql:postgresql-client curl:curl; do
    command -v "${pair%%:*}" >/dev/null || echo "${pair#*:}"
  done
}

tools_install() {
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

# tools_check installs what is missing and tries everything that the kernel must allow.
tools_check() {
  local missing scratch faults=()
  tools_root
  mapfile -t missing < <(tools_packages)
  if ((${#missing[@]})); then
    command -v apt-get >/dev/null || die "cannot hold a lab here: missing ${missing[*]}, and no apt-get to install them" 69
    step "install ${missing[*]}" tools_install "${missing[@]}"
  fi
  command -v go >/dev/null || faults+=("the go command (certificates and rows are made by Go programs)")
  cache_make
  scratch=$(mktemp -d "$LAB_CACHE/check.XXXXXX")
  unshare --net --mount --pid --ipc --uts --cgroup --fork true 2>/dev/null || faults+=("namespaces (unshare -n -m -p -i -u -C)")
  mkdir "$scratch"/{lower,upper,work,root}
  unshare --mount mount -t overlay overlay -o "lowerdir=$scratch/lower,upperdir=$scratch/upper,workdir=$scratch/work" \
    "$scratch/root" 2>/dev/null || faults+=("overlay mounts in $LAB_CACHE (another file system there may help: XDG_CACHE_HOME)")
  unshare --net ip link add v type veth peer name w 2>/dev/null || faults+=("veth pairs")
  unshare --mount mount -t cgroup2 cgroup2 "$scratch/root" 2>/dev/null || faults+=("cgroup2")
  rm -rf "$scratch"
  ((${#faults[@]} == 0)) || die "cannot hold a lab here: missing $(printf '\n  %s' "${faults[@]}")" 69
}
