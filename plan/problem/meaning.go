package problem

import (
	"fmt"
	"slices"
	"strings"
)

// Meaning is what a constraint asks, for people.
type Meaning struct {
	Text   string
	Source string // file and line, where the constraint has one
}

// Meanings says of every constraint of the problem what it asks.
func (p Problem) Meanings() map[ID]Meaning {
	all := map[ID]Meaning{Environments: {Text: "production and non-production never share a wave"}}
	p.mean(all)
	for _, w := range p.Workloads {
		w.mean(all)
	}
	for _, d := range p.Dependencies {
		if !d.MayCross {
			all[d.ID()] = Meaning{fmt.Sprintf("%s needs %s, which therefore moves in the same wave or an earlier one", d.From, d.To), d.Source}
		}
	}
	for _, proof := range p.Proofs {
		all[proof.ID()] = Meaning{Text: fmt.Sprintf("%s is proven for %d days before %s moves", proof.NonProduction, proof.Days, proof.Production)}
	}
	for _, c := range p.Closures {
		all[c.ID()] = Meaning{c.text(), c.Source}
	}
	for _, pin := range p.Pins {
		all[pin.ID()] = Meaning{pin.text(), pin.Source}
	}
	v := p.Vanguard()
	for _, name := range v.Behind {
		text := fmt.Sprintf("%s holds regulated data and moves after production that holds none: %s", name, some(v.First))
		if v.Rule == Smallest {
			text = fmt.Sprintf("%s moves after the smallest regulated service, %s, with what that needs: %s; no production without regulated data could go first", name, v.Service, some(v.First))
		}
		all[Of(v.Rule, name)] = Meaning{Text: text}
	}
	return all
}

// mean says what groups and limits ask.
func (p Problem) mean(all map[ID]Meaning) {
	groups := map[string][]string{}
	for _, w := range p.Workloads {
		if w.Group != "" {
			groups[w.Group] = append(groups[w.Group], w.Name)
		}
	}
	for name, members := range groups {
		slices.Sort(members)
		all[Of(Grouped, name)] = Meaning{Text: fmt.Sprintf("%s is moved as a whole: %s", name, some(members))}
	}
	for id, text := range map[ID]string{
		LimitWorkloads: fmt.Sprintf("at most %d workloads a wave", p.Limits.Workloads),
		LimitBytes:     fmt.Sprintf("at most %d bytes a wave", p.Limits.Bytes),
		LimitCrews:     fmt.Sprintf("at most %d crews a wave", p.Limits.Crews),
	} {
		all[id] = Meaning{text, p.Limits.Sources[id]}
	}
}

func (w Workload) mean(all map[ID]Meaning) {
	all[Of(Window, w.Name)] = Meaning{Text: fmt.Sprintf("%s moves only in its windows: %s", w.Name, some(w.Windows))}
	all[Of(Downtime, w.Name)] = Meaning{Text: fmt.Sprintf("%s is down for up to %d minutes, and its night has to be as long", w.Name, w.Downtime.High)}
	all[Of(RTO, w.Name)] = Meaning{Text: fmt.Sprintf("%s is down for up to %d minutes, and its RTO is %d", w.Name, w.Downtime.High, w.RTOMinutes)}
}

func (c Closure) text() string {
	who := "nothing moves"
	if len(c.Workloads) > 0 {
		who = some(c.Workloads) + " may not move"
	}
	var spans []string
	for _, s := range c.Spans {
		spans = append(spans, s.Start.Format(minute)+" to "+s.End.Format(minute))
	}
	return fmt.Sprintf("%s %s: %s from %s", c.Kind, c.Name, who, some(spans))
}

func (p Pin) text() string {
	var when string
	switch {
	case p.NotBefore.Equal(p.NotAfter):
		when = "at " + p.NotBefore.Format(minute)
	case p.NotAfter.IsZero():
		when = "not before " + p.NotBefore.Format(minute)
	case p.NotBefore.IsZero():
		when = "not after " + p.NotAfter.Format(minute)
	default:
		when = "from " + p.NotBefore.Format(minute) + " to " + p.NotAfter.Format(minute)
	}
	return fmt.Sprintf("%s is pinned by %s: %s (%s)", p.Workload, p.By, when, p.Reason)
}

// minute is how times are told here: in the zone they came in.
const minute = "2006-01-02 15:04 MST"

// some names a few of a list, and how many more there are.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
