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
  key_kubeconfig assess k8s_assess
  key_kubeconfig viewer k8s_view
  chmod 600 "$dir"/*
  mv "$dir/known_hosts.new" "$dir/known_hosts"
}

# key_kubeconfig USER TOKEN makes the kubeconfig of a reader of the landing zone's Kubernetes; the token is that of
# this name in canaries.yaml.
key_kubeconfig() {
  cat >"$LAB_CACHE/keys/kubeconfig-$1" <<CONF
apiVersion: v1
kind: Config
clusters: [{name: landing, cluster: {server: "https://10.77.9.33:6443", tls-server-name: api.cloud.example, certificate-authority: ../pki/ca.pem}}]
users: [{name: $1, user: {token: $(sed -n "s/^  $2: \([^ ]*\).*/\1/p" "$LAB_DIR/canaries.yaml")}}]
contexts: [{name: landing, context: {cluster: landing, user: $1}}]
current-context: landing
CONF
}

key_pair() { [[ -f $1.pub ]] || { rm -f "$1" && ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$1"; }; }
