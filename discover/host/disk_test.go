package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestParseDisks(t *testing.T) {
	t.Parallel()
	mounts := []estate.Mount{{Source: "/dev/sda1", Target: "/boot", Mounted: true}, {Source: "/dev/mapper/vg0-root", Target: "/", Mounted: true}}
	tests := map[string]struct {
		body string
		want []estate.Disk
	}{
		"lsblk 2.36, LVM on LUKS": {`NAME="sda" KNAME="sda" TYPE="disk" SIZE="42949672960" ROTA="1" PKNAME="" MOUNTPOINT="" FSTYPE=""
NAME="sda1" KNAME="sda1" TYPE="part" SIZE="536870912" ROTA="1" PKNAME="sda" MOUNTPOINT="/boot" FSTYPE="ext4"
NAME="sda2" KNAME="sda2" TYPE="part" SIZE="42411753472" ROTA="1" PKNAME="sda" MOUNTPOINT="" FSTYPE="crypto_LUKS"
NAME="luks-1" KNAME="dm-0" TYPE="crypt" SIZE="42409656320" ROTA="1" PKNAME="sda2" MOUNTPOINT="" FSTYPE="LVM2_member"
NAME="vg0-root" KNAME="dm-1" TYPE="lvm" SIZE="42404413440" ROTA="1" PKNAME="dm-0" MOUNTPOINT="/srv/my\x20data" FSTYPE="xfs"
NAME="sr0" KNAME="sr0" TYPE="rom" SIZE="0" ROTA="1" PKNAME="" MOUNTPOINT="" FSTYPE=""
`, []estate.Disk{
			{Name: "luks-1", Kind: "crypt", SizeBytes: 42409656320, Rotational: true, Parent: "sda2", Encrypted: true, Type: "LVM2_member"},
			{Name: "sda", Kind: "disk", SizeBytes: 42949672960, Rotational: true},
			{Name: "sda1", Kind: "part", SizeBytes: 536870912, Rotational: true, Parent: "sda", Target: "/boot", Type: "ext4"},
			{Name: "sda2", Kind: "part", SizeBytes: 42411753472, Rotational: true, Parent: "sda", Encrypted: true, Type: "crypto_LUKS"},
			{Name: "vg0-root", Kind: "lvm", SizeBytes: 42404413440, Rotational: true, Parent: "luks-1", Encrypted: true, Target: "/srv/my data", Type: "xfs"},
		}},
		"lsblk 2.17 of CentOS 6, without PKNAME": {`NAME="sda" KNAME="sda" TYPE="disk" SIZE="10737418240" ROTA="1" MOUNTPOINT="" FSTYPE=""
NAME="sda1" KNAME="sda1" TYPE="part" SIZE="524288000" ROTA="1" MOUNTPOINT="" FSTYPE="ext4"
`, []estate.Disk{{Name: "sda", Kind: "disk", SizeBytes: 10737418240, Rotational: true}, {Name: "sda1", Kind: "part", SizeBytes: 524288000, Rotational: true, Parent: "sda", Target: "/boot", Type: "ext4"}}},
		"a mirror is told twice": {`NAME="md0" KNAME="md0" TYPE="raid1" SIZE="100" ROTA="0" PKNAME="sdb1" MOUNTPOINT="/data" FSTYPE="ext4"
NAME="md0" KNAME="md0" TYPE="raid1" SIZE="100" ROTA="0" PKNAME="sda1" MOUNTPOINT="/data" FSTYPE="ext4"
`, []estate.Disk{{Name: "md0", Kind: "raid1", SizeBytes: 100, Parent: "sda1", Target: "/data", Type: "ext4"}}},
		"from /sys": {`NAME="nvme0n1" KNAME="nvme0n1" TYPE="disk" SIZE="1000" ROTA="0" PKNAME=""
NAME="nvme0n1p1" KNAME="nvme0n1p1" TYPE="part" SIZE="500" ROTA="0" PKNAME=""
NAME="vg0-root" KNAME="dm-0" TYPE="lvm" SIZE="500" ROTA="0" PKNAME="nvme0n1p1"
`, []estate.Disk{{Name: "nvme0n1", Kind: "disk", SizeBytes: 1000}, {Name: "nvme0n1p1", Kind: "part", SizeBytes: 500, Parent: "nvme0n1"}, {Name: "vg0-root", Kind: "lvm", SizeBytes: 500, Parent: "nvme0n1p1", Target: "/"}}},
		"a ring":  {"NAME=\"a\" SIZE=\"1\" PKNAME=\"b\"\nNAME=\"b\" SIZE=\"1\" PKNAME=\"a\"\n", []estate.Disk{{Name: "a", Kind: "disk", SizeBytes: 1, Parent: "b"}, {Name: "b", Kind: "disk", SizeBytes: 1, Parent: "a"}}},
		"nothing": {"lsblk: no\nNAME=\"sda\nSIZE=\"x\"", []estate.Disk{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, parseDisks(tt.body, mounts))
		})
	}
}

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want estate.Network
	}{
		"iproute2": {`route default via 10.0.0.1 dev eth0 proto dhcp metric 100 
route 10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5 
route 10.9.9.9 via 10.0.0.7 dev eth0 
route unreachable 10.66.0.0/16 
route 169.254.0.0/16 dev eth0 scope link 
route default via fe80::1 dev eth0 proto ra metric 1024
route 2001:db8::/64 dev eth0 proto kernel metric 256 pref medium
route fe80::/64 dev eth0 proto kernel metric 256
resolv # made by hand
resolv nameserver 127.0.0.53
resolv search clinic.example Lab.example
upstream nameserver 10.0.0.53
upstream nameserver 10.0.0.54
`, estate.Network{Routes: []estate.Route{{Destination: "10.0.0.0/24", Interface: "eth0"}, {Destination: "10.9.9.9/32", Gateway: "10.0.0.7", Interface: "eth0"}, {Destination: "2001:db8::/64", Interface: "eth0"},
			{Destination: "default", Gateway: "10.0.0.1", Interface: "eth0"}, {Destination: "default", Gateway: "fe80::1", Interface: "eth0"}}, Resolvers: []string{"10.0.0.53", "10.0.0.54"}, Search: []string{"clinic.example", "lab.example"}}},
		"two hops": {"route default\nroute nexthop via 10.0.0.1 dev eth0 weight 1\nroute nexthop via 10.0.1.1 dev eth1 weight 1\nroute 10.5.0.0/16 via inet6 fe80::2 dev eth1\n",
			estate.Network{Routes: []estate.Route{{Destination: "10.5.0.0/16", Gateway: "fe80::2", Interface: "eth1"}, {Destination: "default", Gateway: "10.0.0.1", Interface: "eth0"}, {Destination: "default", Gateway: "10.0.1.1", Interface: "eth1"}}, Resolvers: []string{}}},
		"/proc/net/route": {"hex Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\nhex eth0\t00000000\t0107070A\t0003\t0\t0\t0\t00000000\t0\t0\t0\nhex eth0\t0007070A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\nresolv nameserver 10.0.0.53\nresolv nameserver nonsense\nupstream nameserver 10.0.0.1\n",
			estate.Network{Routes: []estate.Route{{Destination: "10.7.7.0/24", Interface: "eth0"}, {Destination: "default", Gateway: "10.7.7.1", Interface: "eth0"}}, Resolvers: []string{"10.0.0.53"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, parseNetwork(tt.body))
		})
	}
}
