package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"nightferry/internal/estate"
)

func installed(m estate.Module) bool { return m.State != "uninstalled" && m.State != "uninstallable" }

func odooServers(in Input) Sheet {
	s := Sheet{Name: "Odoo servers", Purpose: "Each Odoo database as the user that looked could see it.",
		Columns: []Column{{"Server", 16}, {"Database", 16}, {"Environment", 15}, {"Coverage", 11}, {"Version", 9}, {"Host", 14},
			{"Modules", 13}, {"Custom modules", 10}, {"Active users", 12}, {"Administrators", 14}, {"Never logged in", 13}, {"Active scheduled actions", 16},
			{"Outgoing mail servers", 12}, {"Incoming mail servers", 12}, {"Outside providers", 11}, {"Models", 13}, {"Custom models", 9},
			{"Attachments", 12}, {"Attachment size", 16}, {"Read as", 16}, {"What to know", 60}}}
	for _, o := range in.Inventory.Odoo {
		s.Rows = append(s.Rows, odooRow(o))
	}
	return s
}

func odooRow(o estate.OdooServer) []Cell {
	warnings := Text("")
	for i, w := range o.Collected.Warnings {
		if i > 0 {
			w = warnings.Text + "; " + w
		}
		warnings = Text(w)
	}
	active := func(u estate.OdooUser) bool { return u.Active && u.Internal }
	enabled := func(m estate.MailServer) bool { return m.Active }
	return []Cell{
		Text(o.Name), Text(o.Database), Text(string(o.Environment)), covered(o.Collected.Coverage),
		told(o.Version, Text), Stated(o.Host),
		counting(o.Modules, installed),
		counting(o.Modules, func(m estate.Module) bool { return installed(m) && m.Origin == "custom" }),
		counting(o.Users, active),
		counting(o.Users, func(u estate.OdooUser) bool { return u.Active && u.Administrator }),
		counting(o.Users, func(u estate.OdooUser) bool { return active(u) && u.LastLogin.IsZero() }),
		counting(o.Crons, func(c estate.Cron) bool { return c.Active }),
		counting(o.MailServers, enabled), counting(o.Inbound, enabled),
		counting(o.Providers, func(p estate.Provider) bool { return p.Enabled && !p.Manual }),
		length(o.Models), counting(o.Models, func(m estate.Model) bool { return m.Custom }),
		told(o.Attachments, func(a estate.AttachmentSums) Cell { return Count(a.Files + a.InTable + a.URLs) }),
		told(o.Attachments, attachmentSize),
		Text(o.Collected.Account), warnings,
	}
}

func attachmentSize(a estate.AttachmentSums) Cell {
	if a.FileBytes < 0 {
		return Unknown(estate.Denied)
	}
	return Bytes(a.FileBytes)
}

func modules(in Input) Sheet {
	s := Sheet{Name: "Odoo modules", Purpose: "Installed modules, those made for this hospital first, laid beside the code on the host. Origin is told from the author.",
		Columns: []Column{{"Server", 16}, {"Module", 34}, {"Origin", 12}, {"Version", 14}, {"State", 14}, {"Code on the host", 18}, {"Version on disk", 14}, {"Author", 44}, {"Licence", 14}}}
	order := []string{"custom", "oca-like", "core", ""}
	for _, o := range in.Inventory.Odoo {
		if !o.Modules.Coverage.IsKnown() {
			row := []Cell{Text(o.Name)}
			for range len(s.Columns) - 1 {
				row = append(row, Unknown(o.Modules.Coverage))
			}
			s.Rows = append(s.Rows, row)
			continue
		}
		list := slices.DeleteFunc(slices.Clone(o.Modules.Value), func(m estate.Module) bool { return !installed(m) })
		slices.SortStableFunc(list, func(a, b estate.Module) int {
			return cmp.Or(cmp.Compare(slices.Index(order, a.Origin), slices.Index(order, b.Origin)), cmp.Compare(a.Name, b.Name))
		})
		code := matched(in, o)
		for _, m := range list {
			verdict, onDisk := code.cells(m)
			s.Rows = append(s.Rows, []Cell{Text(o.Name), Text(m.Name), Stated(m.Origin), Text(m.Version), Text(m.State), verdict, onDisk, Text(m.Author), Text(m.Licence)})
			delete(code.left, m.Name)
		}
		for _, name := range slices.Sorted(maps.Keys(code.left)) {
			m := code.left[name]
			s.Rows = append(s.Rows, []Cell{Text(o.Name), Text(name), Text(""), Text(""), Text(cmp.Or(m.State, "not installed")), Text(string(m.Verdict)).Toned(Bad), Text(m.OnDisk), Text(""), Text("")})
		}
	}
	return s
}

// codeMatch is the code on the host of an Odoo server, beside the modules of its database.
type codeMatch struct {
	estate.Section[[]estate.ModuleMatch]

	left map[string]estate.ModuleMatch // on disk, and not used by this database
}

func matched(in Input, o estate.OdooServer) codeMatch {
	code := estate.Miss[[]estate.CodeModule](estate.NotAsked, "", "", "")
	for _, h := range in.Inventory.Hosts {
		if h.Name == o.Host {
			code = h.Code
		}
	}
	c := codeMatch{o.MatchModules(code), map[string]estate.ModuleMatch{}}
	for _, m := range c.Value {
		if m.Verdict == estate.ModuleLeftOnDisk {
			c.left[m.Name] = m
		}
	}
	return c
}

// cells say of an installed module where its code is. Odoo's own comes with Odoo.
func (c codeMatch) cells(m estate.Module) (verdict, onDisk Cell) {
	if !c.Coverage.IsKnown() {
		return Unknown(c.Coverage), Unknown(c.Coverage)
	}
	for _, match := range c.Value {
		if match.Name != m.Name {
			continue
		}
		verdict = Text(string(match.Verdict))
		if match.Verdict == estate.ModuleWithoutCode || match.Verdict == estate.ModuleOtherVersion {
			verdict = verdict.Toned(Bad)
		}
		return verdict, Text(match.OnDisk)
	}
	if m.Origin == "core" {
		return Text("with Odoo"), Text("")
	}
	return Cell{Kind: Missing, Text: string(estate.ModuleNotToBeTold)}, Cell{Kind: Missing, Text: "not known"}
}

func coverage(in Input) Sheet {
	s := Sheet{Name: "Coverage", Purpose: "What is not known, why, and what would mend it. Everything not listed here was read in full.",
		Columns: []Column{{"Asset", 26}, {"What", 18}, {"Coverage", 12}, {"Why", 70}, {"What would mend it", 70}}}
	for _, g := range in.Inventory.Gaps() {
		what := g.Section
		if what == "" {
			what = "everything"
		}
		state := Unknown(g.Coverage)
		if g.Coverage.IsKnown() {
			state = Cell{Kind: Missing, Text: "in part"}
		}
		s.Rows = append(s.Rows, []Cell{Text(g.Asset), Text(what), state, Text(g.Problem), Text(g.Mend)})
	}
	for _, c := range collected(in.Inventory) {
		for _, w := range c.Warnings {
			s.Rows = append(s.Rows, []Cell{Text(c.asset), Text("warning"), {Kind: Missing, Text: "in part"}, Text(w), Text("")})
		}
	}
	if len(s.Rows) == 0 {
		s.Rows = [][]Cell{{Text("nothing is missing: all assets were read in full")}}
	}
	return s
}

// asset is any asset's collection with its name.
type asset struct {
	estate.Collection
	asset string
}

func collected(inventory estate.Inventory) []asset {
	var all []asset
	for _, h := range inventory.Hosts {
		all = append(all, asset{h.Collected, "host/" + h.Name})
	}
	for _, p := range inventory.Postgres {
		all = append(all, asset{p.Collected, "postgres/" + p.Name})
	}
	for _, o := range inventory.Odoo {
		all = append(all, asset{o.Collected, "odoo/" + o.Name})
	}
	return all
}

// plural writes a number with its noun.
func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case noun == "":
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
