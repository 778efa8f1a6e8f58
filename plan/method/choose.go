package method

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Choose gives each service that can move its method and its downtime, in order of name.
func Choose(in Input) []Choice {
	services := slices.Clone(in.Services)
	slices.SortFunc(services, func(a, b estate.Service) int { return cmp.Compare(a.Name, b.Name) })
	var choices []Choice
	for _, s := range services {
		if s.Environment == estate.Production || s.Environment == estate.NonProduction {
			choices = append(choices, choose(in, s))
		}
	}
	return choices
}

// chooser is the work on one service.
type chooser struct {
	estateView
	service estate.Service
	moves   []estate.Move
	rates   Rates
	spans   map[Span]Range // what people do
}

func choose(in Input, s estate.Service) Choice {
	c := chooser{estateView: estateView{in.Inventory}, service: s, rates: in.Rates, spans: people(s.Environment == estate.Production)}
	for _, m := range in.Moves {
		if m.Service == s.Name {
			c.moves = append(c.moves, m)
		}
	}
	choice := Choice{Service: s.Name, RTO: s.RTO, Back: Estimate{Range: back(s.Environment == estate.Production), Confidence: Low,
		Basis: []string{"assumed until a rehearsal has gone back: the legacy side was stopped and nothing else"}}}
	for _, name := range c.databasesOf(s, c.moves) {
		choice.Pieces = append(choice.Pieces, c.databasePiece(name))
	}
	for _, m := range c.moves {
		if m.From.Filestore != "" {
			choice.Pieces = append(choice.Pieces, c.filestorePiece(m))
		}
	}
	c.sum(&choice)
	c.verdict(&choice)
	choice.FallBack = c.fallBackOf(choice.Pieces)
	return choice
}

// databasePiece prices each method and takes the simplest that meets the RTO.
func (c chooser) databasePiece(name string) Piece {
	serverName, databaseName, _ := strings.Cut(name, "/")
	server, _ := c.server(serverName)
	d, _ := c.database(server, databaseName)
	p := Piece{Kind: Database, Name: name, SizeBytes: d.SizeBytes}
	move, moved := c.moveOf(serverName, databaseName)
	if d.SizeBytes < 0 {
		bound := c.onDisk(cmp.Or(move.From.DatabaseHost, server.Host))
		p.AtMost, p.Bound = bound.bytes, bound.why
	}
	p.Options = c.options(p, server, d, move, moved)
	p.Method, p.Why = pick(p.Options, c.service)
	return p
}

func (c chooser) moveOf(server, database string) (estate.Move, bool) {
	for _, m := range c.moves {
		if m.From.Server == server && m.From.Database == database {
			return m, true
		}
	}
	return estate.Move{}, false
}

func (c chooser) filestorePiece(m estate.Move) Piece {
	size, bound := c.filestore(m.From)
	return Piece{Kind: Filestore, Name: m.From.Host + ":" + m.From.Filestore, SizeBytes: size, AtMost: bound.bytes, Bound: bound.why,
		Why: "copied after the freeze, beside its database: Odoo reads a missing file as an empty one"}
}

// pick takes the first method, from simple to difficult, that surely meets the RTO; else the one that is over soonest at
// worst. What is not surely open is taken last.
func pick(options []Option, s estate.Service) (estate.MoveMethod, string) {
	var open []Option
	for _, o := range options {
		if o.Open != estate.No {
			open = append(open, o)
		}
	}
	if len(open) == 0 {
		return "", "no method is open: see what stands in the way of each"
	}
	for _, o := range open {
		if o.Open == estate.Yes && o.Meets == estate.Yes {
			return o.Method, fmt.Sprintf("the simplest method that meets the RTO of %s: %s", short(s.RTO), o.Downtime.Range)
		}
	}
	best := slices.MinFunc(open, func(a, b Option) int {
		return cmp.Or(cmp.Compare(doubt(a.Open), doubt(b.Open)), cmp.Compare(doubt(a.Meets), doubt(b.Meets)), boundless(a).compare(boundless(b)))
	})
	switch {
	case s.RTO <= 0:
		return open[0].Method, "the simplest method; nobody stated an RTO to hold it against"
	case !slices.ContainsFunc(open, func(o Option) bool { return o.Meets != estate.No }):
		return best.Method, fmt.Sprintf("no method meets the RTO of %s; this one comes nearest: %s", short(s.RTO), best.Downtime.Range)
	}
	return best.Method, fmt.Sprintf("no method surely meets the RTO of %s; this one may: %s", short(s.RTO), best.Downtime.Range)
}

// doubt orders answers: yes, cannot tell, no.
func doubt(a estate.Answer) int {
	return slices.Index([]estate.Answer{estate.Yes, estate.NoIdea, estate.No}, a)
}

// worst orders ranges by their worst case.
type worst Range

func boundless(o Option) worst { return worst(o.Downtime.Range) }

func (w worst) compare(o worst) int {
	switch {
	case w.Unbounded && o.Unbounded:
		return cmp.Compare(w.Low, o.Low)
	case w.Unbounded:
		return 1
	case o.Unbounded:
		return -1
	}
	return cmp.Compare(w.High, o.High)
}

// sum adds the spans of the night up: pieces beside each other, spans one after the other.
func (c chooser) sum(choice *Choice) {
	spans := maps.Clone(c.spans)
	e := Estimate{Confidence: High, Basis: []string{"what people do is assumed: " + c.peopleWords()}}
	if len(choice.Pieces) == 0 {
		spans[SpanCopy] = Range{Unbounded: true}
		choice.Unknown = append(choice.Unknown, "what the service is made of: engagement.yaml names no database of it and no move")
	}
	for n := range choice.Pieces {
		p := &choice.Pieces[n]
		var comparing Range
		var basis []string
		var confidence Confidence
		p.Copy, comparing, basis, confidence = c.copying(*p)
		if p.SizeBytes < 0 {
			choice.Unknown = append(choice.Unknown, "the size of "+p.Name)
		}
		spans[SpanCopy] = spans[SpanCopy].Beside(p.Copy)
		spans[SpanCompare] = spans[SpanCompare].Beside(comparing)
		e.Basis = append(e.Basis, basis...)
		e.Confidence = worse(e.Confidence, confidence)
	}
	for _, span := range Spans() {
		e.Range = e.Plus(spans[span])
	}
	if e.Unbounded {
		e.Confidence = Low
	}
	slices.Sort(e.Basis)
	e.Basis = slices.Compact(e.Basis)
	choice.Downtime, choice.Spans = e, spans
}

// copying is how long a piece's copy and comparison take by its method.
func (c chooser) copying(p Piece) (copying, comparing Range, basis []string, confidence Confidence) {
	if p.Kind == Filestore {
		copying, basis, confidence = c.price(c.rates.Files, p)
		return copying, Range{}, basis, confidence
	}
	for _, o := range p.Options {
		if o.Method == p.Method {
			copying, comparing = c.spansOf(o.Method, p, o)
			return copying, comparing, o.Downtime.Basis, o.Downtime.Confidence
		}
	}
	return Range{Unbounded: true}, Range{}, []string{p.Name + ": no method is open"}, Low
}

func (c chooser) peopleWords() string {
	var total Range
	for _, r := range c.spans {
		total = total.Plus(r)
	}
	return total.String() + " in all for freeze, decision, switch, proof and opening"
}

// verdict holds the downtime against the RTO.
func (c chooser) verdict(choice *Choice) {
	choice.Meets = choice.Downtime.Within(c.service.RTO)
	switch {
	case c.service.RTO <= 0:
		choice.Why = "nobody stated an RTO"
		choice.Unknown = append(choice.Unknown, "the RTO of "+c.service.Name)
	case choice.Meets == estate.Yes:
		choice.Why = fmt.Sprintf("down for %s at worst, within the RTO of %s", short(choice.Downtime.High), short(c.service.RTO))
	case choice.Meets == estate.No:
		choice.Why = fmt.Sprintf("down for %s at best: no method meets the RTO of %s", short(choice.Downtime.Low), short(c.service.RTO))
	default:
		choice.Why = fmt.Sprintf("down for %s: whether the RTO of %s is met cannot be told", choice.Downtime.Range, short(c.service.RTO))
	}
}
