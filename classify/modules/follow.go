package modules

import (
	"fmt"
	"strings"
)

// Verdict says what becomes of a module on the way to a target version.
type Verdict string

// The verdicts.
const (
	Kept     Verdict = "kept"     // the target ships it by the same name
	Renamed  Verdict = "renamed"  // by another name
	Merged   Verdict = "merged"   // it goes on in another module
	Replaced Verdict = "replaced" // something else takes its place, which people have to look at
	Removed  Verdict = "removed"  // no successor is known
	Custom   Verdict = "custom"   // made for this estate: somebody has to carry it over
	Unused   Verdict = "unused"   // code on disk that the database does not run
	Unknown  Verdict = "unknown"  // no list knows it
)

// Verdicts lists them in the order in which people have to look at them.
func Verdicts() []Verdict {
	return []Verdict{Custom, Removed, Unknown, Replaced, Merged, Renamed, Unused, Kept}
}

// Step is what happens to a module between two versions that follow each other.
type Step struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Change   Change   `json:"change"`
	Name     string   `json:"name"`           // before the step
	Becomes  string   `json:"becomes"`        // name after it; empty where it is gone
	Sureness Sureness `json:"how_sure"`       // of this step
	Note     string   `json:"note,omitempty"` // what else to know of it
}

// String is the step as people say it.
func (s Step) String() string {
	text := map[Change]string{
		ChangeRenamed: "renamed to " + s.Becomes, ChangeMerged: "merged into " + s.Becomes,
		ChangeGone: "no longer shipped", ChangeEdition: "moved to another edition",
	}[s.Change]
	if s.Note != "" {
		text += ", " + s.Note
	}
	return s.From + "→" + s.To + " " + text
}

// Path is the way of a module of Odoo from one version to another.
type Path struct {
	Name    string   // at the start
	Verdict Verdict  // any but Custom and Unused
	Becomes string   // name at the target; empty where it ends before
	Edition Edition  // at the target, or where it ended
	Steps   []Step   // those with a change, in order
	Sure    Sureness // of the weakest step
	Reason  string   // what the verdict rests on, where the steps do not tell
}

// Follow takes a module that Odoo ships in from through every version up to target. Both versions must be known, and
// target not before from; else, and for a module that from does not ship, the verdict is [Unknown].
func (f *Facts) Follow(name, from, target string) Path {
	p := Path{Name: name, Verdict: Kept, Becomes: name, Sure: Listed}
	way := f.way(from, target)
	edition, ships := f.Ships(from, name)
	if len(way) == 0 || !ships {
		return Path{Name: name, Verdict: Unknown, Sure: NotKnown, Reason: fmt.Sprintf("it is in no list of what Odoo %s ships", from)}
	}
	p.Edition = edition
	for i, version := range way[:len(way)-1] {
		if !f.step(&p, version, way[i+1], way[i+1:]) {
			return p
		}
	}
	if start, _ := f.Ships(from, name); start == Community && p.Edition == Enterprise {
		p.Verdict, p.Reason = Replaced, "Odoo "+target+" ships it in the Enterprise edition only, which needs a subscription"
	}
	return p
}

// step takes the path over one step, and tells whether it goes on. later are the versions after it.
func (f *Facts) step(p *Path, from, to string, later []string) bool {
	pair, paired := f.modules[from][p.Becomes]
	edition, ships := f.Ships(to, p.Becomes)
	switch {
	case paired:
		return f.renamed(p, from, pair)
	case ships && edition != p.Edition:
		p.Steps = append(p.Steps, Step{From: from, To: to, Change: ChangeEdition, Name: p.Becomes, Becomes: p.Becomes, Sureness: Listed,
			Note: fmt.Sprintf("from %s to %s", title(p.Edition), title(edition))})
		p.Edition = edition
		return true
	case ships:
		return true
	}
	f.gone(p, from, to, later)
	return false
}

// renamed takes a pair. A successor that Odoo does not ship is somebody else's module.
func (f *Facts) renamed(p *Path, from string, pair rename) bool {
	s := Step{From: from, To: pair.to, Change: pair.change, Name: p.Becomes, Becomes: pair.name, Sureness: pair.sureness}
	p.Sure = weaker(p.Sure, pair.sureness)
	edition, ships := f.Ships(pair.to, pair.name)
	if other, again := f.Ships(pair.to, p.Becomes); again {
		s.Note = fmt.Sprintf("while another module of the old name comes with %s", title(other))
	}
	p.Steps = append(p.Steps, s)
	p.Becomes = pair.name
	if !ships {
		p.Verdict = Replaced
		p.Reason = fmt.Sprintf("Odoo %s does not ship %s: look for it elsewhere, first at the OCA", pair.to, pair.name)
		return false
	}
	p.Edition = edition
	if p.Verdict != Merged {
		p.Verdict = map[Change]Verdict{ChangeRenamed: Renamed, ChangeMerged: Merged}[pair.change]
	}
	return true
}

// gone ends a path at a version that does not ship the module. That no pair names a successor is as sure as the least
// sure pair of the step, and says nothing where no pairs are known.
func (f *Facts) gone(p *Path, from, to string, later []string) {
	name := p.Becomes
	s := Step{From: from, To: to, Change: ChangeGone, Name: name, Sureness: f.weakest[from]}
	p.Verdict, p.Reason = Removed, fmt.Sprintf("Odoo %s does not ship %s, and no successor is known", to, name)
	if s.Sureness == "" {
		s.Sureness = NotKnown
		p.Verdict, p.Reason = Unknown, fmt.Sprintf("Odoo %s does not ship %s, and renames are not known before %s", to, name, renamesSince)
	} else if strings.HasPrefix(name, "test_") {
		p.Reason = fmt.Sprintf("Odoo %s does not ship %s; it holds Odoo's own tests, which no hospital needs", to, name)
	}
	for _, version := range later {
		if _, again := f.Ships(version, name); again {
			p.Verdict = Replaced
			p.Reason = fmt.Sprintf("Odoo %s does not ship %s, and %s ships one of that name again: see whether it takes over the data", to, name, version)
			break
		}
	}
	p.Steps = append(p.Steps, s)
	p.Sure = weaker(p.Sure, s.Sureness)
	p.Becomes = ""
}

// modelBecomes is the name of a model at the target, with the steps that changed it.
func (f *Facts) modelBecomes(model, from, target string) (string, []Step) {
	var steps []Step
	way := f.way(from, target)
	for i := range len(way) - 1 {
		if pair, ok := f.models[way[i]][model]; ok {
			steps = append(steps, Step{From: way[i], To: pair.to, Change: pair.change, Name: model, Becomes: pair.name, Sureness: pair.sureness})
			model = pair.name
		}
	}
	return model, steps
}

// title is an edition as Odoo writes it.
func title(e Edition) string {
	if e == Enterprise {
		return "Enterprise"
	}
	return "Community"
}
