package host

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// diskProbe asks lsblk, with fewer columns where it is old (2.17 of CentOS 6 knows no PKNAME), or the kernel's own
// folders, in the same form.
func diskProbe() probe {
	return probe{key: "disks", source: "lsblk, /sys/class/block", limit: 1 * mib, shell: `
if has lsblk; then
  lsblk -P -b -o NAME,KNAME,TYPE,SIZE,ROTA,PKNAME,MOUNTPOINT,FSTYPE && exit 0
  lsblk -P -b -o NAME,KNAME,TYPE,SIZE,ROTA,MOUNTPOINT,FSTYPE && exit 0
fi
[ -d /sys/class/block ] || exit 90
for d in /sys/class/block/*; do
  n=${d##*/} k=disk p= name=$n size=0 rota=0
  read -r size <"$d/size"; [ "$size" = 0 ] && continue
  if [ -e "$d/partition" ]; then k=part; p=$(readlink -f "$d"); p=${p%/*}; p=${p##*/}; read -r rota <"/sys/class/block/$p/queue/rotational"
  else read -r rota <"$d/queue/rotational"; for s in "$d"/slaves/*; do [ -e "$s" ] && p=${s##*/} && break; done; fi
  case $n in loop*) k=loop ;; sr*) k=rom ;; md*) k=raid ;; ram*) continue ;; esac
  if [ -r "$d/dm/name" ]; then read -r name <"$d/dm/name"; read -r uuid <"$d/dm/uuid"; k=dm; case $uuid in CRYPT*) k=crypt ;; LVM*) k=lvm ;; esac; fi
  echo "NAME=\"$name\" KNAME=\"$n\" TYPE=\"$k\" SIZE=\"$((size * 512))\" ROTA=\"$rota\" PKNAME=\"$p\""
done; exit 0`}
}

// parseDisks reads lines of KEY="VALUE". A device that lies on two others, as a mirror does, is told twice: the first
// of its parents is kept.
func parseDisks(body string, mounts []estate.Mount) []estate.Disk {
	byKernel := map[string]estate.Disk{}
	for line := range lines(body) {
		row := quotedPairs(line)
		kernel := cmp.Or(row["KNAME"], row["NAME"])
		size, err := strconv.ParseInt(row["SIZE"], 10, 64)
		if kernel == "" || err != nil || size <= 0 {
			continue // a drive without a disk, a compressed swap that is not set up
		}
		d := estate.Disk{Name: cmp.Or(row["NAME"], kernel), Kind: cmp.Or(row["TYPE"], "disk"), SizeBytes: size, Rotational: row["ROTA"] == "1",
			Parent: row["PKNAME"], Target: row["MOUNTPOINT"], Type: row["FSTYPE"]}
		if was, again := byKernel[kernel]; again && was.Parent != "" && (d.Parent == "" || was.Parent < d.Parent) {
			d.Parent = was.Parent
		}
		byKernel[kernel] = d
	}
	found := make([]estate.Disk, 0, len(byKernel))
	for kernel, d := range byKernel {
		d.Encrypted = onCrypt(byKernel, kernel)
		if d.Parent == "" {
			d.Parent = wholeDisk(byKernel, kernel)
		}
		if parent, known := byKernel[d.Parent]; known {
			d.Parent = parent.Name
		}
		if d.Target == "" {
			d.Target = mountedAt(mounts, d.Name, kernel)
		}
		found = append(found, d)
	}
	slices.SortFunc(found, func(a, b estate.Disk) int { return cmp.Compare(a.Name, b.Name) })
	return found
}

// onCrypt tells whether a device is encrypted, or lies on one that is.
func onCrypt(byKernel map[string]estate.Disk, kernel string) bool {
	for range 16 { // more layers than anybody stacks
		d, known := byKernel[kernel]
		if !known {
			return false
		}
		if d.Kind == "crypt" || d.Type == "crypto_LUKS" {
			return true
		}
		kernel = d.Parent
	}
	return false
}

// wholeDisk is the disk that "sda1" or "nvme0n1p2" is a part of, where lsblk does not tell.
func wholeDisk(byKernel map[string]estate.Disk, kernel string) string {
	stem := strings.TrimRight(kernel, "0123456789")
	for _, name := range [...]string{stem, strings.TrimSuffix(stem, "p")} {
		if d, known := byKernel[name]; known && name != kernel && d.Kind == "disk" && byKernel[kernel].Kind == "part" {
			return name
		}
	}
	return ""
}

// mountedAt looks in the mounts for "/dev/sda1" or "/dev/mapper/vg0-root".
func mountedAt(mounts []estate.Mount, name, kernel string) string {
	for _, m := range mounts {
		if m.Mounted && (m.Source == "/dev/"+kernel || m.Source == "/dev/mapper/"+name || m.Source == "/dev/"+name) {
			return m.Target
		}
	}
	return ""
}

// quotedPairs reads KEY="VALUE" KEY="VALUE", with \x20 for a blank as lsblk writes it.
func quotedPairs(line string) map[string]string {
	found := map[string]string{}
	for {
		key, rest, ok := strings.Cut(line, `="`)
		if !ok {
			return found
		}
		value, after, ok := strings.Cut(rest, `"`)
		if !ok {
			return found
		}
		found[clean(key)] = clean(unescapeHex(value))
		line = after
	}
}

// unescapeHex turns \x20 back.
func unescapeHex(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if i+4 <= len(s) && s[i:i+2] == `\x` {
			if n, err := strconv.ParseUint(s[i+2:i+4], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
