package modules

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Effort is what custom code takes to be carried to another version, by who does it.
type Effort struct {
	Automatic Hours     `json:"automatic"`          // a program rewrites, a person reads the difference
	Assisted  Hours     `json:"assisted"`           // a program finds the place, a person rewrites
	Manual    Hours     `json:"manual"`             // a person has to understand it
	Items     []Item    `json:"items,omitempty"`    // what was counted
	Rewrites  []Rewrite `json:"rewrites,omitempty"` // classes of changes that the versions on the way ask for
}

// Total is all of it.
func (e Effort) Total() Hours { return e.Automatic.plus(e.Assisted).plus(e.Manual) }

// Item is one count with the hours that the policy takes for it.
type Item struct {
	Measure   Measure `json:"measure"`
	Count     int     `json:"count"`
	Automatic Hours   `json:"automatic,omitzero"`
	Assisted  Hours   `json:"assisted,omitzero"`
	Manual    Hours   `json:"manual,omitzero"`
	Why       string  `json:"why,omitempty"`
}

// Counted says in words what the hours are reckoned from; empty where that is nothing.
func (e Effort) Counted() string {
	parts := make([]string, 0, len(e.Items))
	for _, item := range e.Items {
		if item.Measure == "modules" {
			continue
		}
		part := fmt.Sprintf("%s %d", item.Measure.Label(), item.Count)
		if item.Why == unpriced {
			part += " (no hours in the table)"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// plus adds the hours of another effort; what they were counted from stays as it is.
func (e Effort) plus(other Effort) Effort {
	e.Automatic = e.Automatic.plus(other.Automatic)
	e.Assisted = e.Assisted.plus(other.Assisted)
	e.Manual = e.Manual.plus(other.Manual)
	return e
}

// unpriced is why an item has no hours though it was counted.
const unpriced = "the table has no hours for it"

// reckon turns counts into hours for a way of so many versions. tested is false for code that no test of its own
// watches.
func (p *Policy) reckon(counts map[Measure]int, versions int, tested bool) Effort {
	var e Effort
	priced := map[Measure]bool{}
	for _, d := range p.Drivers {
		n := counts[d.Measure]
		priced[d.Measure] = true
		if n <= 0 {
			continue
		}
		units := float64(n) / d.Per
		if d.EachVersion {
			units *= 1 + p.FurtherVersion*float64(max(versions-1, 0))
		}
		item := Item{Measure: d.Measure, Count: n, Why: d.Why, Automatic: d.Automatic.times(units), Assisted: d.Assisted.times(units), Manual: d.Manual.times(units)}
		if !tested {
			item.Manual = item.Manual.times(p.WithoutTests)
		}
		e.Items = append(e.Items, item)
		e = e.plus(Effort{Automatic: item.Automatic, Assisted: item.Assisted, Manual: item.Manual})
	}
	for _, m := range measures() {
		if counts[m] > 0 && !priced[m] {
			e.Items = append(e.Items, Item{Measure: m, Count: counts[m], Why: unpriced})
		}
	}
	return e
}

// rewrites lists the classes of changes that the versions after the first ask of code that has lines of their kind.
func (p *Policy) rewrites(way []string, counts map[Measure]int) []Rewrite {
	lines := map[string]int{"python": counts["python_lines"], "xml": counts["xml_lines"], "js": counts["js_lines"], "routes": counts["routes"]}
	var found []Rewrite
	for _, r := range p.Rewrites {
		if len(way) > 1 && slices.Contains(way[1:], r.Version) && lines[r.In] > 0 {
			found = append(found, r)
		}
	}
	return found
}

// countCode measures a module's code, without what follows from its way.
func countCode(c estate.CodeModule) map[Measure]int {
	return map[Measure]int{"modules": 1, "python_lines": c.PythonLines, "xml_lines": c.XMLLines, "js_lines": c.JSLines,
		"routes": c.Controllers, "raw_sql": c.RawSQL, "inherited_models": len(c.Inherits)}
}

// rounded keeps a hundredth of an hour, so that sums do not show the noise of binary fractions.
func rounded(hours float64) float64 { return math.Round(hours*100) / 100 }
