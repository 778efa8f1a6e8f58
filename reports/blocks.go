package reports

import (
	"cmp"
	"fmt"
	"slices"

	"nightferry/internal/estate"
)

// classBlock counts columns by class over all databases.
func classBlock(in Input) Block {
	b := Block{Title: "Where the sensitive data is", Columns: []Column{{"Data class", 2}, {"Columns", 2}, {"Databases", 2}}}
	if in.Classification == nil {
		b.Note = "Not classified yet: run nightferry classify."
		return b
	}
	unread := 0
	for _, class := range byHarm() {
		columns, bases := 0, 0
		for _, d := range in.Classification.Databases {
			if n := d.Columns[class]; n > 0 {
				columns += n
				bases++
			}
		}
		// Operational columns are most of any database and nothing to protect: they would flatten the picture.
		if columns > 0 && class != estate.Operational && class != estate.Public {
			b.Rows = append(b.Rows, []Cell{classed(class), Count(columns), Count(bases)})
		}
	}
	for _, d := range in.Classification.Databases {
		if !d.Coverage.IsKnown() {
			unread++
		}
	}
	for _, s := range in.Inventory.Postgres {
		if !s.Databases.Coverage.IsKnown() {
			unread++
		}
	}
	switch {
	case unread > 0:
		b.Note = fmt.Sprintf("%d of the databases and servers could not be looked into: there may be more.", unread)
	case len(b.Rows) == 0:
		b.Note = "No column that needs protection was found by name."
	}
	if len(b.Rows) > 0 {
		b.Chart = &Chart{Title: "Columns by data class", Values: []int{1}}
	}
	return b
}

// hostBlock counts hosts by environment, and how many could be read.
func hostBlock(in Input) Block {
	b := Block{Title: "Hosts by environment", Columns: []Column{{"Environment", 2}, {"Read", 2}, {"Not read", 2}}}
	type count struct{ read, unread int }
	counts := map[estate.Environment]count{}
	for _, h := range in.Inventory.Hosts {
		c := counts[h.Environment]
		if h.Collected.Coverage.IsKnown() {
			c.read++
		} else {
			c.unread++
		}
		counts[h.Environment] = c
	}
	for _, e := range []estate.Environment{estate.Production, estate.NonProduction, estate.SharedEnv, estate.Target, estate.UnknownEnv, ""} {
		if c, ok := counts[e]; ok {
			name := Text(string(e))
			if e == "" {
				name = Stated("")
			}
			b.Rows = append(b.Rows, []Cell{name, Count(c.read), Count(c.unread)})
		}
	}
	if len(b.Rows) == 0 {
		b.Note = "No host has been read yet: run nightferry discover."
		return b
	}
	b.Chart = &Chart{Title: "Hosts by environment", Values: []int{1, 2}}
	return b
}

// gapBlock lists the gaps that matter most: whole assets before sections, then those that one right would
// close together.
func gapBlock(in Input) Block {
	const most = 7
	b := Block{Title: "What is not known, and what would mend it",
		Columns: []Column{{"Asset", 2}, {"What", 3}, {"Why", 1}, {"What would mend it", 6}}}
	all := grouped(in.Inventory.Gaps())
	for _, g := range all[:min(most, len(all))] {
		state := Unknown(g.Coverage)
		if g.Coverage.IsKnown() {
			state = Cell{Kind: Missing, Text: "in part"}
		}
		b.Rows = append(b.Rows, []Cell{Text(g.Asset), Text(g.Section), state, Text(cmp.Or(g.Mend, g.Problem))})
	}
	switch n := len(all) - most; {
	case len(all) == 0:
		b.Note = "Nothing: all assets were read in full."
	case n > 0:
		b.Note = fmt.Sprintf("%d more on the sheet Coverage.", n)
	}
	return b
}

// grouped joins the gaps of one asset that have the same reason and mend, worst first.
func grouped(gaps []estate.Gap) []estate.Gap {
	type key struct {
		asset, mend string
		coverage    estate.Coverage
	}
	var all []estate.Gap
	at := map[key]int{}
	counts := map[key]int{}
	for _, g := range gaps {
		k := key{g.Asset, g.Mend, g.Coverage}
		if g.Section == "" {
			g.Section = "everything"
		}
		counts[k]++
		i, seen := at[k]
		switch {
		case !seen:
			at[k] = len(all)
			all = append(all, g)
		case counts[k] <= 4:
			all[i].Section += ", " + g.Section
		}
	}
	for k, i := range at {
		if more := counts[k] - 4; more > 0 {
			all[i].Section += fmt.Sprintf(" and %d more", more)
		}
	}
	slices.SortStableFunc(all, func(a, b estate.Gap) int {
		return cmp.Compare(weight(a), weight(b))
	})
	return all
}

// weight orders gaps: an asset nobody read, then what failed, then what a right would open.
func weight(g estate.Gap) int {
	switch {
	case g.Section == "everything":
		return 0
	case g.Coverage == estate.Failed || g.Coverage == estate.Timeout:
		return 1
	case g.Coverage == estate.Denied:
		return 2
	}
	return 3
}
