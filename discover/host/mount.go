package host

import (
	"cmp"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// isVirtual tells the file systems that are the kernel's own affair.
func isVirtual(kind string) bool {
	switch kind {
	case "proc", "sysfs", "devtmpfs", "devpts", "tmpfs", "cgroup", "cgroup2", "pstore", "bpf", "tracefs", "debugfs", "configfs",
		"securityfs", "mqueue", "hugetlbfs", "fusectl", "autofs", "binfmt_misc", "rpc_pipefs", "nsfs", "ramfs", "efivarfs", "swap",
		"selinuxfs", "rootfs", "nfsd", "usbfs", "fuse.lxcfs", "fuse.gvfsd-fuse", "fuse.vmware-vmblock":
		return true
	}
	return false
}

// parseMounts joins /proc/mounts, /etc/fstab and df. Options are looked at for "ro" alone: they can hold passwords.
func parseMounts(mounted, fstab, df string) []estate.Mount {
	byTarget := map[string]estate.Mount{}
	read := func(body string, join func(before, m estate.Mount) estate.Mount) {
		for line := range lines(body) {
			words := strings.Fields(line)
			if len(words) < 3 || strings.HasPrefix(words[0], "#") || isVirtual(words[2]) || words[1] == "none" {
				continue
			}
			m := estate.Mount{Source: source(unescape(words[0])), Target: clean(path.Clean(unescape(words[1]))), Type: clean(words[2]),
				RemoteHost: shareHost(words[0], words[2])}
			m.ReadOnly = len(words) > 3 && slices.Contains(strings.Split(words[3], ","), "ro")
			byTarget[m.Target] = join(byTarget[m.Target], m)
		}
	}
	read(mounted, func(_, m estate.Mount) estate.Mount { // of several on one folder the last is the one that is seen
		m.Mounted = true
		return m
	})
	read(fstab, func(before, m estate.Mount) estate.Mount { // what is mounted says more than what should be
		if before.Mounted {
			m = before
		}
		m.InFstab = true
		return m
	})
	for line := range lines(df) {
		target, size, used := dfLine(line)
		if m, ok := byTarget[target]; ok {
			m.SizeBytes, m.UsedBytes = size, used
			byTarget[target] = m
		}
	}
	found := make([]estate.Mount, 0, len(byTarget))
	for _, m := range byTarget {
		found = append(found, m)
	}
	slices.SortFunc(found, func(a, b estate.Mount) int { return cmp.Compare(a.Target, b.Target) })
	return found
}

// dfLine reads "DEVICE BLOCKS USED AVAILABLE 12% TARGET". A device or a target may have blanks in it. The target is
// empty where df tells no numbers.
func dfLine(line string) (target string, size, used int64) {
	words := strings.Fields(line)
	for i := 4; i < len(words)-1; i++ {
		if !strings.HasSuffix(words[i], "%") {
			continue
		}
		size, err1 := strconv.ParseInt(words[i-3], 10, 64)
		used, err2 := strconv.ParseInt(words[i-2], 10, 64)
		if err1 == nil && err2 == nil && size >= 0 && size < 1<<50 && used >= 0 && used < 1<<50 {
			return clean(strings.Join(words[i+1:], " ")), size * kib, used * kib
		}
	}
	return "", 0, 0
}

// unescape turns \040 and its like, by which the tables write blanks, back.
func unescape(s string) string {
	for _, e := range [...][2]string{{`\040`, " "}, {`\011`, " "}, {`\012`, " "}, {`\043`, "#"}, {`\134`, `\`}} {
		s = strings.ReplaceAll(s, e[0], e[1])
	}
	return s
}

// source removes a login from "//user:password@nas/share" and "user@host:/path".
func source(s string) string {
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		slashes := ""
		if strings.HasPrefix(s, "//") {
			slashes = "//"
		}
		s = slashes + s[at+1:]
	}
	return clean(s)
}

// shareHost is the host of a remote share: "//nas/scans" of CIFS, "nas:/export" of NFS, "user@host:/path" of sshfs.
func shareHost(s, kind string) string {
	s = source(s)
	host := ""
	if share, ok := strings.CutPrefix(s, "//"); ok {
		host, _, _ = strings.Cut(share, "/")
	} else if at := strings.Index(s, ":/"); at > 0 && kind != "overlay" && !strings.HasPrefix(s, "/") {
		host = strings.Trim(s[:at], "[]")
	}
	if !isHostname(host) {
		return ""
	}
	return strings.ToLower(host)
}

// parseHosts reads /etc/hosts, without what every machine has.
func parseHosts(body string) []estate.HostName {
	found := []estate.HostName{}
	for line := range lines(body) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		address, err := netip.ParseAddr(words[0])
		if err != nil || address.IsMulticast() || address.String() == "fe00::" || address.String() == "ff00::" {
			continue
		}
		var names []string
		for _, name := range words[1:] {
			if isHostname(name) && !isThisMachine(name) && name != "ip6-loopback" {
				names = append(names, strings.ToLower(name))
			}
		}
		if len(names) > 0 {
			found = append(found, estate.HostName{Address: address.String(), Names: sorted(names)})
		}
	}
	slices.SortFunc(found, func(a, b estate.HostName) int {
		return cmp.Or(cmp.Compare(a.Address, b.Address), slices.Compare(a.Names, b.Names))
	})
	return found
}
