package recovery

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"nightferry/classify/workload"
	"nightferry/internal/estate"
)

// database judges what is left of one database, and whether a standby follows its server.
func (p *Policy) database(w *workload.Workload, name string, restores []estate.Restore) (part Part, follows bool) {
	part = Part{Asset: "postgres/" + name, Bytes: -1}
	if bytes, known := w.SizeOf(name); known {
		part.Bytes = bytes
	} else {
		part.Unknown = append(part.Unknown, part.Asset+": its size is not known")
	}
	var server *estate.PostgresServer
	for _, s := range w.DatabaseServers() {
		if len(name) > len(s.Name) && name[:len(s.Name)+1] == s.Name+"/" {
			server = s
		}
	}
	if server == nil {
		part.Unknown = append(part.Unknown, part.Asset+": its server is not in the inventory")
		return part, false
	}
	var host *estate.Host
	for _, h := range w.Machines() {
		if h.Name == server.Host {
			host = h
		}
	}
	look := server.Collected.At
	if host != nil {
		look = later(look, host.Collected.At)
	}
	part.prove(restores, func(r estate.Restore) bool { return r.Database == name }, look, p.Assumptions.Proof)
	part.back(p.Assumptions)
	part.found(host, isDatabaseTool, look)
	part.archived(server, host)
	follows = slices.ContainsFunc(server.Standbys.Value, func(s estate.Standby) bool { return s.State == "streaming" })
	if follows {
		part.Why = append(part.Why, "a standby follows its server: it guards against the loss of the machine, not against a wrong command")
	}
	return part, follows
}

// files judges what is left of what a machine keeps beside databases.
func (p *Policy) files(h *estate.Host, restores []estate.Restore) Part {
	part := Part{Asset: "host/" + h.Name, Bytes: -1}
	part.prove(restores, func(r estate.Restore) bool { return r.Host == h.Name }, h.Collected.At, p.Assumptions.Proof)
	if used, known := kept(h); known {
		part.Bytes = used
	} else {
		part.Unknown = append(part.Unknown, part.Asset+": how much it keeps is not known")
	}
	part.back(p.Assumptions)
	part.found(h, func(tool string) bool { return tool != "wal-archive" }, h.Collected.At)
	return part
}

// kept is how much a machine keeps: the filestores of Odoo, else all that is used on its own disks.
func kept(h *estate.Host) (bytes int64, known bool) {
	for _, store := range h.Filestores.Value {
		if !store.Coverage.IsKnown() {
			return 0, false
		}
		bytes += store.Bytes
	}
	if bytes > 0 {
		return bytes, true
	}
	if !h.Mounts.Coverage.IsKnown() {
		return 0, false
	}
	for _, m := range h.Mounts.Value {
		if m.Mounted && m.RemoteHost == "" {
			bytes += max(0, m.UsedBytes)
		}
	}
	return bytes, bytes > 0
}

// isDatabaseTool tells whether a trace of a backup can be of databases.
func isDatabaseTool(tool string) bool {
	return tool != "wal-archive" && !slices.Contains([]string{"slapcat", "mysqldump", "xtrabackup", "mariabackup"}, tool)
}

// isBase tells whether logs can be played upon what a tool made.
func isBase(tool string) bool {
	return slices.Contains([]string{"pg_basebackup", "pgbackrest", "barman", "wal-g", "wal-e"}, tool)
}

// prove finds the newest restore that still proves something.
func (part *Part) prove(restores []estate.Restore, of func(estate.Restore) bool, look time.Time, lasts time.Duration) {
	for i := range restores {
		r := &restores[i]
		day, err := time.Parse(time.DateOnly, r.Date)
		if err != nil || !of(*r) {
			continue
		}
		if look.Sub(day) > lasts {
			part.Why = append(part.Why, fmt.Sprintf("restored on %s (%s): too long ago to prove anything", r.Date, r.Where))
			continue
		}
		if part.Proven == nil || r.Date > part.Proven.Date {
			part.Proven = r
		}
	}
	if part.Proven != nil {
		part.Why = append(part.Why, fmt.Sprintf("restored on %s in %s by %s: %s (%s)", part.Proven.Date, Length(part.Proven.Took), part.Proven.By, part.Proven.Evidence, part.Proven.Where))
	} else {
		part.Why = append(part.Why, "nobody has shown that a backup of it can be restored")
	}
}

// back is how long the data alone takes, by what was measured or else by the assumed rates.
func (part *Part) back(a Assumptions) {
	if r := part.Proven; r != nil {
		took := r.Took
		if r.Bytes > 0 && part.Bytes >= 0 {
			took = time.Duration(float64(took) * float64(part.Bytes) / float64(r.Bytes))
		}
		part.Restore = Range{seconds(took), seconds(time.Duration(float64(took) * a.Slack)), false}
		return
	}
	if part.Bytes < 0 {
		part.Restore = Range{Low: seconds(0)}
		return
	}
	at := func(megabytes float64) *int64 {
		n := int64(math.Ceil(float64(part.Bytes) / 1e6 / megabytes))
		return &n
	}
	part.Restore = Range{at(a.Rate.High), at(a.Rate.Low), false}
}

// found takes the newest backup that a machine shows. The loss at best is its age when somebody looked, at worst that or
// the time between two of them.
func (part *Part) found(h *estate.Host, wanted func(tool string) bool, look time.Time) {
	defer func() {
		if part.Backup != "none" && part.Newest.IsZero() {
			part.Restore.High = nil // nobody knows of anything that could be restored
		}
	}()
	switch {
	case h == nil:
		part.Backup = "unknown"
		part.Unknown = append(part.Unknown, part.Asset+": the machine it runs on is not in the inventory")
		return
	case !h.Collected.Coverage.IsKnown():
		part.Backup = "unknown"
		part.Unknown = append(part.Unknown, "host/"+h.Name+" could not be read")
		return
	}
	var newest *estate.Backup
	closed := !h.Backups.Coverage.IsKnown() || h.Backups.Grant != "" || h.Backups.Truncated
	traces := 0
	for i := range h.Backups.Value {
		b := &h.Backups.Value[i]
		if !wanted(b.Tool) {
			continue
		}
		traces++
		if !b.Newest.IsZero() && (newest == nil || b.Newest.After(newest.Newest)) {
			newest = b
		}
	}
	switch {
	case newest != nil:
		part.Newest = newest.Newest
		age, between := look.Sub(newest.Newest), time.Duration(0)
		if newest.Count > 1 {
			between = newest.Newest.Sub(newest.Oldest) / time.Duration(newest.Count-1)
		}
		part.Loss = Range{seconds(max(age, 0)), seconds(max(age, between)), false}
		part.Backup = fmt.Sprintf("%s in %s", newest.Tool, newest.Where)
		part.Why = append(part.Why, fmt.Sprintf("the newest backup was %s old when host/%s was read", Length(age), h.Name))
	case closed:
		part.Backup = "unknown"
		part.Unknown = append(part.Unknown, fmt.Sprintf("host/%s: %s → %s", h.Name, cmp.Or(h.Backups.Problem, "backups: "+string(cmp.Or(h.Backups.Coverage, estate.NotAsked))), cmp.Or(h.Backups.Grant, "nobody knows what would tell")))
	case traces > 0:
		part.Backup = "planned, none known to have worked"
		part.Unknown = append(part.Unknown, "host/"+h.Name+": a backup is planned, and nothing shows that one worked")
	default:
		part.Backup = "none"
		part.Loss, part.Restore = Range{All: true}, Range{All: true}
		part.Why = append(part.Why, "host/"+h.Name+" shows no trace of a backup; one made from outside, such as a hypervisor's snapshot, would not show")
	}
}

// archived takes the archive of the write-ahead log, where there is something that it can be played upon.
func (part *Part) archived(s *estate.PostgresServer, h *estate.Host) {
	a := s.Archiver
	switch {
	case !a.Coverage.IsKnown():
		part.Unknown = append(part.Unknown, "postgres/"+s.Name+": whether it archives its log is not known")
		return
	case a.Value.Mode == "off":
		part.Why = append(part.Why, "the write-ahead log is not archived: what came after the newest backup is lost")
		return
	case a.Value.LastArchived.IsZero():
		part.Why = append(part.Why, "the write-ahead log should be archived, and no segment of it ever was")
		return
	}
	based, closed := false, h == nil || !h.Collected.Coverage.IsKnown()
	if !closed {
		closed = !h.Backups.Coverage.IsKnown() || h.Backups.Grant != ""
		for _, b := range h.Backups.Value {
			based = based || isBase(b.Tool) && !b.Newest.IsZero()
		}
	}
	lag := max(0, s.Collected.At.Sub(a.Value.LastArchived))
	words := fmt.Sprintf("the write-ahead log was archived %s before postgres/%s was read", Length(lag), s.Name)
	switch {
	case based:
		part.Loss = Range{seconds(0), seconds(lag), false}
		part.Why = append(part.Why, words+", and a base backup is there to play it upon")
	case closed:
		part.Loss.Low = seconds(0)
		part.Why = append(part.Why, words+"; whether there is a base backup to play it upon is not known")
	default:
		part.Why = append(part.Why, words+", and no base backup is there to play it upon")
	}
}
