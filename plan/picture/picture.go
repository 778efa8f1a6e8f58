// Package picture draws who needs whom in a plan: a column a wave, those that stay at the end, and an arrow from each
// service to what it needs. A dependency that crosses sites is drawn dashed and says so, so that nothing is told by colour
// alone. It is pure: the same plan gives the same bytes, in whatever order the plan lists what it holds.
package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"nightferry/internal/estate"
	"nightferry/plan"
)

// Version is the format of [Picture].
const Version = 1

// Readable is how many services are drawn one by one. Of more, those of a wave with the same environment are drawn as one box
// with their count.
const Readable = 40

// Stays is the name of the column of the services that do not move.
const Stays = "stays"

// Picture is what is drawn. A renderer decides where, never what.
type Picture struct {
	Version  int      `json:"version"`
	Services int      `json:"services"` // in the plan
	Grouped  bool     `json:"grouped"`  // a box stands for all services of a wave in one environment
	Columns  []Column `json:"columns"`  // in order of the waves; those that stay are last
	Arrows   []Arrow  `json:"arrows"`
}

// Column is a wave in which something moves, or the services that stay.
type Column struct {
	Wave  string `json:"wave"`
	Title string `json:"title"`
	Boxes []Box  `json:"boxes"`
}

// Box is one service, or several alike.
type Box struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"` // of the service; of several, how many
	Environment estate.Environment `json:"environment"`
	Classes     []Count            `json:"classes"` // in order of name
	Services    []string           `json:"services"`
}

// Count is how many services of a box have a data class.
type Count struct {
	Class    estate.DataClass `json:"class"` // empty where it is not known
	Services int              `json:"services"`
}

// Arrow is the dependencies of one box on another. Those within a box are drawn at it.
type Arrow struct {
	From         string   `json:"from"` // ID of the box that needs the other
	To           string   `json:"to"`
	Dependencies int      `json:"dependencies"`
	Protocols    []string `json:"protocols"`
	Seen         []string `json:"seen"`    // which of configured, observed, declared saw any of them
	Crosses      bool     `json:"crosses"` // for a time, or for good where one end stays, the ends are on different sites
}

// Of makes the picture of a plan; all draws each service, however many there are. The error names a service that is placed
// twice, or a dependency on one that the plan does not place.
func Of(p plan.Plan, all bool) (Picture, error) {
	pic := Picture{Version: Version, Columns: []Column{}, Arrows: []Arrow{}}
	placed := [][]plan.Placement{}
	for _, w := range p.Waves {
		if len(w.Members) == 0 {
			continue
		}
		title := w.Title
		if !w.From.IsZero() {
			title += ", " + w.From.Format("2006-01-02")
		}
		pic.Columns, placed = append(pic.Columns, Column{Wave: w.Name, Title: title}), append(placed, w.Members)
	}
	if len(p.Retained) > 0 {
		pic.Columns, placed = append(pic.Columns, Column{Wave: Stays, Title: "not moved"}), append(placed, p.Retained)
	}
	for _, members := range placed {
		pic.Services += len(members)
	}
	pic.Grouped = !all && pic.Services > Readable
	at := map[string]place{}
	for i, members := range placed {
		if err := pic.fill(i, members, at); err != nil {
			return Picture{}, err
		}
	}
	return pic, pic.connect(p.Dependencies, at)
}

// place is where a service is drawn.
type place struct {
	column int
	box    string
}

func (pic *Picture) fill(column int, members []plan.Placement, at map[string]place) error {
	members = slices.SortedFunc(slices.Values(members), func(a, b plan.Placement) int {
		if pic.Grouped && a.Environment != b.Environment {
			return cmp.Compare(a.Environment, b.Environment)
		}
		return cmp.Compare(a.Service, b.Service)
	})
	c := &pic.Columns[column]
	for _, m := range members {
		if _, twice := at[m.Service]; twice {
			return fmt.Errorf("plan.yaml places the service %q twice", m.Service)
		}
		last := len(c.Boxes) - 1
		if last < 0 || !pic.Grouped || c.Boxes[last].Environment != m.Environment {
			last++
			c.Boxes = append(c.Boxes, Box{ID: fmt.Sprintf("n%d_%d", column+1, last+1), Name: m.Service, Environment: m.Environment})
		}
		b := &c.Boxes[last]
		b.Services = append(b.Services, m.Service)
		b.Classes = counted(b.Classes, m.Class)
		if len(b.Services) > 1 {
			b.Name = fmt.Sprintf("%d services, %s", len(b.Services), b.Environment)
		}
		at[m.Service] = place{column, b.ID}
	}
	return nil
}

// counted is the counts, in order of their class, with one more of a class.
func counted(counts []Count, class estate.DataClass) []Count {
	i, found := slices.BinarySearchFunc(counts, class, func(c Count, class estate.DataClass) int { return cmp.Compare(c.Class, class) })
	if !found {
		counts = slices.Insert(counts, i, Count{Class: class})
	}
	counts[i].Services++
	return counts
}

func (pic *Picture) connect(dependencies []plan.Dependency, at map[string]place) error {
	arrows := map[[2]string]*Arrow{}
	for _, d := range dependencies {
		from, ok := at[d.From]
		to, also := at[d.To]
		if !ok || !also {
			return fmt.Errorf("plan.yaml has a dependency of %q on %q, and does not place both", d.From, d.To)
		}
		key := [2]string{from.box, to.box}
		if arrows[key] == nil {
			arrows[key] = &Arrow{From: from.box, To: to.box, Crosses: from.column != to.column}
		}
		a := arrows[key]
		a.Dependencies++
		a.Protocols = append(a.Protocols, d.Protocol)
		if d.Seen != "" {
			a.Seen = append(a.Seen, strings.Split(d.Seen, ", ")...)
		}
	}
	for _, a := range arrows {
		slices.Sort(a.Protocols)
		slices.Sort(a.Seen)
		a.Protocols, a.Seen = slices.Compact(a.Protocols), slices.Compact(a.Seen)
		pic.Arrows = append(pic.Arrows, *a)
	}
	slices.SortFunc(pic.Arrows, func(a, b Arrow) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return nil
}

// kind is a box's second line.
func (b Box) kind() string {
	if len(b.Services) == 1 {
		return clean(string(b.Environment) + ", " + b.Classes[0].word())
	}
	counts := make([]string, len(b.Classes))
	for i, c := range b.Classes {
		counts[i] = fmt.Sprintf("%d %s", c.Services, c.word())
	}
	return clean(strings.Join(counts, ", "))
}

func (c Count) word() string { return cmp.Or(string(c.Class), "class unknown") }

// label is what stands at an arrow. Of several protocols the first is named, and the rest are counted.
func (a Arrow) label() string {
	const named = 1
	text := strings.Join(a.Protocols[:min(named, len(a.Protocols))], ", ")
	if more := len(a.Protocols) - named; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if a.Dependencies > 1 {
		text = fmt.Sprintf("%d× %s", a.Dependencies, text)
	}
	if a.Crosses {
		text += " (crosses)"
	}
	return clean(text)
}

// width is how thick an arrow is: the more of configured, observed and declared saw it, the thicker.
func (a Arrow) width() int { return max(1, len(a.Seen)) }

const legend = "An arrow points at what is needed. Dashed, with (crosses): its ends are on different sites for a time, or for good where one stays. Thicker: seen in more ways."

// clean replaces what no format may hold in a text, and what would turn the text around on a screen.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r >= 0xFFFE && r <= 0xFFFF {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}
