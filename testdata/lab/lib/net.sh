# shellcheck shell=bash
# Networks: every machine's leg is a veth pair whose far end sits in a namespace that plays the switch.
# nf-net holds inside, cloud and outside, and routes between them as the hospital's core router would;
# nf-front holds front alone, with the computer's own leg, so nothing routes from there to the inside.
# Not every kernel has bridges: the switch answers ARP for the other machines of a network instead
# (proxy ARP) and knows each by a route of its own.

# net_prefix NETWORK prints the network's first three bytes.
net_prefix() {
  case $1 in
    inside) echo 10.77.7 ;;
    front) echo 10.77.1 ;;
    cloud) echo 10.77.9 ;;
    outside) echo 10.77.5 ;;
  esac
}

# net_switch NETWORK prints the namespace that plays its switch.
net_switch() { if [[ $1 == front ]]; then echo nf-front; else echo nf-net; fi; }

# net_up makes both switches and the computer's leg. Every command may be repeated, so a crash half-way
# needs no care.
net_up() {
  local network
  for network in nf-net nf-front; do
    if ! ip -n "$network" link show lo >/dev/null 2>&1; then
      net_drop "$network"
      ip netns add "$network"
    fi
    ip -n "$network" link set lo up
    ip netns exec "$network" sh -c 'cd /proc/sys/net/ipv4
      echo 1 >ip_forward; echo 1 >conf/default/proxy_arp
      echo 0 >conf/all/send_redirects; echo 0 >conf/default/send_redirects'
  done
  for network in inside cloud outside; do
    ip -n nf-net addr replace "$(net_prefix "$network").1/32" dev lo
  done
  ip link show nf-host >/dev/null 2>&1 || ip link add nf-host type veth peer name host netns nf-front
  ip addr replace 10.77.1.1/24 dev nf-host
  ip link set nf-host up
  ip -n nf-front link set host up
  net_quick nf-front host
  ip -n nf-front route replace 10.77.1.1/32 dev host
}

# net_quick SWITCH LEG: without this the switch would hold back each ARP answer by up to 0.8 s.
# shellcheck disable=SC2016
net_quick() { ip netns exec "$1" sh -c 'echo 0 >"/proc/sys/net/ipv4/neigh/$1/proxy_delay"' sh "$2"; }

# net_leg MACHINE DEVICE NETWORK ADDRESS joins a machine's namespace to a network.
net_leg() {
  local machine=nf-$1 device=$2 switch leg
  switch=$(net_switch "$3")
  leg=$1.${3:0:1}
  ip -n "$switch" link del "$leg" 2>/dev/null || true
  ip -n "$switch" link add "$leg" type veth peer name "$device" netns "$machine"
  ip -n "$switch" link set "$leg" up
  net_quick "$switch" "$leg"
  ip -n "$machine" addr add "$4/24" dev "$device"
  ip -n "$machine" link set "$device" up
  ip -n "$switch" route replace "$4/32" dev "$leg"
}

# net_attach MACHINE makes a machine's namespace afresh. The first leg carries the default route.
net_attach() {
  local network address device=0
  net_drop "nf-$1"
  ip netns add "nf-$1"
  ip -n "nf-$1" link set lo up
  for network in inside cloud outside front; do
    address=$(machine_address "$1" "$network")
    [[ -n $address ]] || continue
    net_leg "$1" "eth$device" "$network" "$address"
    ((device++)) || [[ $network == front ]] ||
      ip -n "nf-$1" route replace default via "$(net_prefix "$network").1"
  done
}

# net_drop NAMESPACE removes a namespace, also one whose making was interrupted.
net_drop() {
  [[ -e /run/netns/$1 ]] || return 0
  ip netns del "$1" 2>/dev/null || { umount -l "/run/netns/$1" 2>/dev/null || true; rm -f "/run/netns/$1"; }
}

# net_down removes every namespace of the lab and the computer's leg.
net_down() {
  local path
  for path in /run/netns/nf-*; do [[ ! -e $path ]] || net_drop "${path##*/}"; done
  ip link del nf-host 2>/dev/null || true
  # `ip netns add` mounts this folder on itself, once.
  [[ -n $(ls /run/netns 2>/dev/null) ]] || umount /run/netns 2>/dev/null || true
}
