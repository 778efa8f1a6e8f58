package host

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// parseIdentity joins os-release with the pairs of the probe "identity".
func parseIdentity(osRelease, identity string) estate.Identity {
	os, id := pairs(osRelease), pairs(identity)
	found := estate.Identity{
		Hostname: id["hostname"], MachineID: id["id"], OS: os["ID"], OSVersion: os["VERSION_ID"], OSName: os["PRETTY_NAME"],
		Kernel: id["kernel"], Architecture: id["machine"], Init: initName(id["init"], id["initexe"]),
		Virtualisation: virtualisation(id["virt"], id["vendor"]+" "+id["product"]),
	}
	if release := os["RELEASE"]; release != "" && found.OS == "" {
		found.OS, found.OSVersion, found.OSName = ofRelease(release, os)
	}
	if found.OSName == "" {
		found.OSName = strings.TrimSpace(found.OS + " " + found.OSVersion)
	}
	if boot, err := strconv.ParseInt(id["boot"], 10, 64); err == nil && boot > 0 && boot < 1<<33 {
		found.Booted = time.Unix(boot, 0).UTC()
	}
	return found
}

// ofRelease reads how systems named themselves before there was os-release: a line such as "CentOS release 6.10 (Final)",
// and at SUSE lines such as "VERSION = 11" after it.
func ofRelease(line string, rest map[string]string) (id, version, name string) {
	for _, known := range [...][2]string{
		{"CentOS", "centos"}, {"Red Hat Enterprise Linux", "rhel"}, {"Oracle Linux", "ol"}, {"Enterprise Linux Enterprise Linux", "ol"},
		{"Scientific Linux", "scientific"}, {"Amazon Linux", "amzn"}, {"Fedora", "fedora"}, {"SUSE Linux Enterprise Server", "sles"}, {"openSUSE", "opensuse"},
	} {
		if strings.HasPrefix(line, known[0]) {
			id = known[1]
			break
		}
	}
	if version = rest["VERSION"]; version != "" {
		if level := rest["PATCHLEVEL"]; level != "" && level != "0" {
			version += "." + level
		}
		return id, version, line
	}
	if _, after, ok := strings.Cut(line, " release "); ok {
		version, _, _ = strings.Cut(after, " ")
	}
	return id, version, line
}

// virtualisation is what systemd-detect-virt said. Where it is missing, the firmware's names tell as much, in its words.
func virtualisation(told, firmware string) string {
	if told != "" && told != "vm-other" {
		return told
	}
	for _, sign := range [...][2]string{
		{"KVM", "kvm"}, {"OpenStack", "kvm"}, {"RHEV", "kvm"}, {"oVirt", "kvm"}, {"Amazon EC2", "amazon"}, {"Google Compute", "google"}, {"QEMU", "qemu"},
		{"VMware", "vmware"}, {"innotek", "oracle"}, {"VirtualBox", "oracle"}, {"Xen", "xen"}, {"Bochs", "bochs"}, {"Parallels", "parallels"},
		{"Microsoft Corporation Virtual Machine", "microsoft"},
	} {
		if strings.Contains(firmware, sign[0]) {
			return sign[1]
		}
	}
	return told
}

// initName names the init system by the name and the program of process 1.
func initName(name, program string) string {
	switch {
	case name == "systemd" || name == "openrc" || name == "upstart":
		return name
	case strings.Contains(program, "busybox"):
		return "busybox"
	case name == "init" && program == "":
		return "sysv"
	case name == "init" && strings.HasSuffix(program, "/init"):
		return "sysv"
	}
	return name
}

// parseCapacity reads the pairs of the probe "capacity". Linux tells memory in KiB.
func parseCapacity(body string) estate.Capacity {
	found := pairs(body)
	number := func(key string, unit int64) int64 {
		n, err := strconv.ParseInt(found[key], 10, 64)
		if err != nil || n < 0 || n > 1<<50 {
			return 0
		}
		return n * unit
	}
	return estate.Capacity{CPUs: int(number("cpus", 1)), MemoryBytes: number("memory", kib), SwapBytes: number("swap", kib), CPUModel: found["model"]}
}

// parseInterfaces reads `ip -o addr show`, or ifconfig of busybox and of net-tools. Old versions of ip list the links
// as well ("2: eth0: <UP> mtu 1500 …"), and so show interfaces without an address.
func parseInterfaces(body string) []estate.Interface {
	addresses := map[string][]string{}
	add := func(name, address string) {
		name = clean(strings.TrimSuffix(name, ":"))
		if _, ok := addresses[name]; !ok {
			addresses[name] = []string{}
		}
		if prefix, err := netip.ParsePrefix(address); err == nil {
			addresses[name] = append(addresses[name], prefix.String())
		}
	}
	current := ""
	for line := range lines(body) {
		words := strings.Fields(line)
		if len(words) >= 4 && strings.HasSuffix(words[0], ":") && strings.Trim(words[0], "0123456789:") == "" {
			switch {
			case words[2] == "inet" || words[2] == "inet6":
				add(words[1], ipAddress(words))
			case strings.HasPrefix(words[2], "<"):
				name, _, _ := strings.Cut(words[1], "@") // "eth0.12@eth0:" is a VLAN
				add(name, "")
			}
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			current = words[0]
			add(current, "")
		} else if address := ifconfigAddress(words); current != "" && address != "" {
			add(current, address)
		}
	}
	return sortedInterfaces(addresses)
}

// ipAddress is the address of a line of ip. One of a point-to-point link stands without its length: "inet 10.8.0.1 peer 10.8.0.2/32".
func ipAddress(words []string) string {
	if address, err := netip.ParseAddr(words[3]); err == nil {
		return netip.PrefixFrom(address, address.BitLen()).String()
	}
	return words[3]
}

func sortedInterfaces(addresses map[string][]string) []estate.Interface {
	found := []estate.Interface{}
	for name, list := range addresses {
		slices.Sort(list)
		found = append(found, estate.Interface{Name: name, Addresses: slices.Compact(list)})
	}
	slices.SortFunc(found, func(a, b estate.Interface) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// ifconfigAddress reads "inet addr:10.0.0.1 … Mask:255.0.0.0", "inet 10.0.0.1 netmask 255.0.0.0", "inet6 addr: fe80::1/64 …"
// and "inet6 fe80::1 prefixlen 64".
func ifconfigAddress(words []string) string {
	if len(words) < 2 || words[0] != "inet" && words[0] != "inet6" {
		return ""
	}
	address := strings.TrimPrefix(words[1], "addr:")
	if address == "" && len(words) > 2 {
		address = words[2]
	}
	if strings.Contains(address, "/") {
		return address
	}
	for i, word := range words {
		mask, ok := strings.CutPrefix(word, "Mask:")
		if word == "netmask" && i+1 < len(words) {
			mask, ok = words[i+1], true
		}
		if m, err := netip.ParseAddr(mask); ok && err == nil && m.Is4() {
			bits := 0
			for _, b := range m.As4() {
				for ; b != 0; b <<= 1 {
					bits++
				}
			}
			return address + "/" + strconv.Itoa(bits)
		}
		if word == "prefixlen" && i+1 < len(words) {
			return address + "/" + words[i+1]
		}
	}
	return address
}
