package reports

import (
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
)

func hosts(in Input) Sheet {
	s := Sheet{Name: "Hosts", Purpose: "Each machine as the account that looked could see it.",
		Columns: []Column{{"Host", 16}, {"Environment", 15}, {"Coverage", 11}, {"Operating system", 30}, {"Kernel", 22}, {"Virtualisation", 14},
			{"CPUs", 10}, {"Memory (GiB)", 11}, {"Disk used", 17}, {"Applications", 34}, {"Open ports", 26}, {"Connections", 12}, {"Active services", 11},
			{"Packages", 13}, {"Scheduled jobs", 11}, {"Next certificate end (UTC)", 17}, {"Read as", 12}, {"Read at (UTC)", 17}}}
	for _, h := range in.Inventory.Hosts {
		s.Rows = append(s.Rows, []Cell{
			Text(h.Name), Text(string(h.Environment)), covered(h.Collected.Coverage),
			told(h.Identity, func(i estate.Identity) Cell { return Text(i.OSName) }),
			told(h.Identity, func(i estate.Identity) Cell { return Text(i.Kernel) }),
			told(h.Identity, func(i estate.Identity) Cell { return Text(i.Virtualisation) }),
			told(h.Capacity, func(c estate.Capacity) Cell { return positive(Count(c.CPUs)) }),
			told(h.Capacity, func(c estate.Capacity) Cell { return positive(GiB(c.MemoryBytes)) }),
			told(h.Mounts, diskUsed), told(h.Applications, applications), told(h.Listeners, openPorts), length(h.Connections),
			counting(h.Units, func(u estate.Unit) bool { return u.Kind == "service" && u.Active == "active" }),
			length(h.Packages), length(h.Schedules),
			told(h.Certificates, func(list []estate.Certificate) Cell { return nextEnd(list, in.Made) }),
			Text(h.Collected.Account), At(h.Collected.At, "not read"),
		})
	}
	return withSamples(s, in)
}

// covered is the coverage of an asset as a whole.
func covered(c estate.Coverage) Cell {
	if c.IsKnown() {
		return Text("known")
	}
	return Unknown(c)
}

// positive shows the zero of a capacity as what it means: the machine did not tell.
func positive(c Cell) Cell {
	if c.Number == 0 {
		return Cell{Kind: Missing, Text: "not told"}
	}
	return c
}

// diskUsed sums local file systems, each device once. A mount without a size leaves the sum a minimum.
func diskUsed(mounts []estate.Mount) Cell {
	var sum int64
	sized, unsized := 0, false
	devices := map[string]bool{}
	for _, m := range mounts {
		if !m.Mounted || m.RemoteHost != "" || devices[m.Source] {
			continue
		}
		if m.SizeBytes == 0 {
			unsized = unsized || strings.HasPrefix(m.Source, "/dev/")
			continue
		}
		devices[m.Source] = true
		sized++
		sum += m.UsedBytes
	}
	if sized == 0 {
		return Cell{Kind: Missing, Text: "not told"}
	}
	return Bytes(sum).OrMore(unsized)
}

func applications(list []estate.Application) Cell {
	var names []string
	for _, a := range list {
		name := a.Kind
		if a.Version != "" {
			name += " " + a.Version
		}
		if !a.Running {
			name += " (stopped)"
		}
		names = append(names, name)
	}
	return Text(strings.Join(names, ", "))
}

// openPorts lists the ports that others can reach.
func openPorts(list []estate.Listener) Cell {
	var ports []int
	for _, l := range list {
		if l.Protocol == "tcp" && !l.IsLoopback() {
			ports = append(ports, l.Port)
		}
	}
	slices.Sort(ports)
	return Text(joinInts(slices.Compact(ports)))
}

// nextEnd is the earliest end of a certificate's validity.
func nextEnd(list []estate.Certificate, now time.Time) Cell {
	var first time.Time
	for _, c := range list {
		if first.IsZero() || c.NotAfter.Before(first) {
			first = c.NotAfter
		}
	}
	cell := At(first, "no certificate")
	if !first.IsZero() && first.Before(now) {
		return cell.Toned(Bad)
	}
	return cell
}
