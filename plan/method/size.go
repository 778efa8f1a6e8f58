package method

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// estateView finds things of the inventory by name.
type estateView struct {
	estate.Inventory
}

func (v estateView) server(name string) (estate.PostgresServer, bool) {
	i := slices.IndexFunc(v.Postgres, func(p estate.PostgresServer) bool { return p.Name == name })
	if i < 0 {
		return estate.PostgresServer{Name: name}, false
	}
	return v.Postgres[i], true
}

func (v estateView) host(name string) (estate.Host, bool) {
	i := slices.IndexFunc(v.Hosts, func(h estate.Host) bool { return h.Name == name })
	if i < 0 {
		return estate.Host{Name: name}, false
	}
	return v.Hosts[i], true
}

// database finds a database of a server; what was not read has a size of -1.
func (v estateView) database(server estate.PostgresServer, name string) (estate.Database, bool) {
	for _, d := range server.Databases.Value {
		if d.Name == name {
			return d, true
		}
	}
	return estate.Database{Name: name, SizeBytes: -1}, false
}

// databasesOf lists the databases of a service as SERVER/DATABASE, sorted, with those of its moves. A server that is named
// alone stands for all its databases; where those are not known, it stands for itself.
func (v estateView) databasesOf(s estate.Service, moves []estate.Move) []string {
	var names []string
	for _, name := range s.Databases {
		server, _, one := strings.Cut(name, "/")
		if one {
			names = append(names, name)
			continue
		}
		p, _ := v.server(server)
		before := len(names)
		for _, d := range p.Databases.Value {
			if !d.Template && d.Name != "postgres" {
				names = append(names, server+"/"+d.Name)
			}
		}
		if len(names) == before {
			names = append(names, server+"/")
		}
	}
	for _, m := range moves {
		if m.From.Server != "" && m.From.Database != "" {
			names = append(names, m.From.Server+"/"+m.From.Database)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// used is how much the disks of a host hold in all: nothing on it can be larger. Zero where that is not known.
func (v estateView) used(host string) int64 {
	h, found := v.host(host)
	if !found || !h.Mounts.Coverage.IsKnown() || h.Mounts.Truncated {
		return 0
	}
	devices := map[string]int64{}
	for _, m := range h.Mounts.Value {
		if m.Mounted && !strings.HasPrefix(m.Type, "tmpfs") {
			devices[cmp.Or(m.Source, m.Target)] = max(devices[cmp.Or(m.Source, m.Target)], m.UsedBytes)
		}
	}
	total := int64(0)
	for _, bytes := range devices {
		total += bytes
	}
	return total
}

// most is what a size is at most, where it is not known, and why. Zero bytes are no bound.
type most struct {
	bytes int64
	why   string
}

// onDisk bounds by what the disks of a host hold.
func (v estateView) onDisk(host string) most {
	if used := v.used(host); used > 0 {
		return most{used, "the disks of its host hold " + bytes(used)}
	}
	return most{}
}

// perFile is how large an attachment is taken to be on average at most, where only their number is known.
const perFile = 10 * mega

// filestore is the size of a folder of attachments, -1 where it is not known, and its bound: Odoo counts its attachments
// even where the account may not see their sizes.
func (v estateView) filestore(end estate.MoveEnd) (int64, most) {
	h, _ := v.host(end.Host)
	for _, f := range h.Filestores.Value {
		if path.Clean(f.Path) == path.Clean(end.Filestore) && f.Coverage.IsKnown() {
			return f.Bytes, most{}
		}
	}
	bound := v.onDisk(end.Host)
	for _, o := range v.Odoo {
		if o.Name != end.Odoo || !o.Attachments.Coverage.IsKnown() {
			continue
		}
		sums := o.Attachments.Value
		if sums.FileBytes >= 0 {
			return sums.FileBytes, most{}
		}
		if guess := sums.Files * perFile; sums.Files > 0 && (bound.bytes == 0 || guess < bound.bytes) {
			bound = most{guess, fmt.Sprintf("%d attachments, taken as %s each at most on average", sums.Files, bytes(perFile))}
		}
	}
	return -1, bound
}
