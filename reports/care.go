package reports

import (
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// care is how each machine is kept: what protects and watches it, and what has been left undone.
func care(in Input) Sheet {
	kinds := []string{"time", "firewall", "confinement", "audit", "log-forwarding", "monitoring"}
	s := Sheet{Name: "Host care", Purpose: "What protects and watches each machine, and what is left undone.",
		Columns: []Column{{"Host", 16}, {"Environment", 15}, {"Time", 16}, {"Firewall", 16}, {"Confinement", 16}, {"Audit", 16}, {"Log forwarding", 20}, {"Monitoring", 24},
			{"Security updates", 11}, {"Pending updates", 11}, {"Update lists of (UTC)", 17}, {"Restart required", 10}, {"Changed package files", 12},
			{"Containers", 11}, {"Encrypted disks", 11}, {"CPU busy since boot (%)", 12}, {"Memory available (GiB)", 12}}}
	for _, h := range in.Inventory.Hosts {
		row := []Cell{Text(h.Name), Text(string(h.Environment))}
		for _, kind := range kinds {
			row = append(row, told(h.Safeguards, func(list []estate.Safeguard) Cell { return safeguard(list, kind) }))
		}
		row = append(row,
			told(h.Updates, func(u estate.Updates) Cell { return Count(len(u.Security)) }),
			told(h.Updates, func(u estate.Updates) Cell { return Count(len(u.Pending)) }),
			told(h.Updates, func(u estate.Updates) Cell { return At(u.ListsAt, "not told") }),
			told(h.Updates, func(u estate.Updates) Cell { return YesNo(u.RebootRequired) }),
			counting(h.Changed, func(f estate.ChangedFile) bool { return !f.Config }),
			length(h.Containers), counting(h.Disks, func(d estate.Disk) bool { return d.Encrypted }),
			told(h.Load, func(l estate.Load) Cell { return Cell{Kind: Decimal, Number: l.CPUBusyBoot} }),
			told(h.Load, func(l estate.Load) Cell { return positive(GiB(l.AvailableBytes)) }),
		)
		s.Rows = append(s.Rows, row)
	}
	return s
}

// safeguard is the state of one kind of safeguard in words.
func safeguard(list []estate.Safeguard, kind string) Cell {
	i := slices.IndexFunc(list, func(g estate.Safeguard) bool { return g.Kind == kind })
	if i < 0 || list[i].State == "unknown" {
		return Cell{Kind: Missing, Text: "not known"}
	}
	words := []string{list[i].State}
	if len(list[i].By) > 0 {
		words[0] += ": " + strings.Join(list[i].By, ", ")
	}
	for _, to := range list[i].To {
		words = append(words, logTarget(to))
	}
	told := Text(strings.Join(words, "; "))
	if list[i].State == "on" {
		return told
	}
	return told.Toned(Bad)
}

// logTarget is where logs go to, in words.
func logTarget(to estate.LogTarget) string {
	words := "to " + to.Host
	if to.Port > 0 {
		words += ":" + strconv.Itoa(to.Port)
	}
	if !to.TLS {
		words += " in clear"
	}
	return words
}

// backups lists the traces of backups, machine by machine. A machine without a trace has a row that says so.
func backups(in Input) Sheet {
	s := Sheet{Name: "Backups", Purpose: "Traces of backups and the newest sign that one worked. None of them proves that it can be restored.",
		Columns: []Column{{"Host", 16}, {"Environment", 15}, {"Tool", 18}, {"Where", 50}, {"Newest (UTC)", 17}, {"Age (days)", 10}, {"Oldest (UTC)", 17},
			{"Count", 9}, {"Size of the newest", 14}, {"Told by", 10}, {"What to know", 60}}}
	for _, h := range in.Inventory.Hosts {
		lead := []Cell{Text(h.Name), Text(string(h.Environment))}
		if !h.Backups.Coverage.IsKnown() || len(h.Backups.Value) == 0 {
			row := pad(append(lead, Text("no trace of a backup")), Text(""), len(s.Columns))
			if !h.Backups.Coverage.IsKnown() {
				row = pad(lead, Unknown(h.Backups.Coverage), len(s.Columns))
			} else if h.Backups.Problem != "" {
				row = pad(lead, Cell{Kind: Missing, Text: "none that may be seen"}, len(s.Columns)-1)
				row = append(row, Text(h.Backups.Problem))
			}
			s.Rows = append(s.Rows, row)
			continue
		}
		for _, b := range h.Backups.Value {
			age := Cell{Kind: Missing, Text: "no sign of success"}
			if !b.Newest.IsZero() {
				age = Count(int(in.Made.Sub(b.Newest).Hours() / 24))
			}
			s.Rows = append(s.Rows, append(slices.Clone(lead), Text(b.Tool), Text(b.Where), At(b.Newest, "never"), age, At(b.Oldest, "–"),
				Count(b.Count), backupSize(b), Text(b.Sign), Text(b.Problem)))
		}
	}
	return s
}

func backupSize(b estate.Backup) Cell {
	if b.Bytes == 0 {
		return Cell{Kind: Missing, Text: "not told"}
	}
	return Bytes(b.Bytes)
}

// pad fills a row up.
func pad(row []Cell, with Cell, columns int) []Cell {
	for len(row) < columns {
		row = append(row, with)
	}
	return row
}

// code lists the Odoo modules that lie on machines beside Odoo's own.
func code(in Input) Sheet {
	s := Sheet{Name: "Odoo code", Purpose: "Modules in folders of the machines, beside Odoo's own: what a new version has to take along.",
		Columns: []Column{{"Host", 16}, {"Module", 30}, {"Version", 14}, {"Author", 30}, {"Licence", 12}, {"Python lines", 10}, {"XML lines", 10}, {"JavaScript lines", 10},
			{"Tests", 8}, {"HTTP routes", 9}, {"Lines of raw SQL", 10}, {"Models changed", 40}, {"Depends on", 40}, {"Folder", 44}}}
	for _, h := range in.Inventory.Hosts {
		if !h.Code.Coverage.IsKnown() {
			if h.Code.Coverage != estate.Absent {
				s.Rows = append(s.Rows, pad([]Cell{Text(h.Name)}, Unknown(h.Code.Coverage), len(s.Columns)))
			}
			continue
		}
		for _, m := range h.Code.Value {
			s.Rows = append(s.Rows, []Cell{Text(h.Name), Text(m.Name), Stated(m.Version), Stated(m.Author), Stated(m.Licence),
				Count(m.PythonLines), Count(m.XMLLines), Count(m.JSLines), YesNo(m.Tests), Count(m.Controllers), Count(m.RawSQL),
				Text(strings.Join(m.Inherits, ", ")), Text(strings.Join(m.Depends, ", ")), Text(m.Path)})
		}
	}
	return s
}
