package main

import (
	"strconv"
	"strings"

	"nightferry/cutover"
	"nightferry/cutover/journal"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/runbook"
	"nightferry/plan"
	"nightferry/plan/method"
	planned "nightferry/plan/night"
)

// runbooks writes the night of each wave that has a way to move. What keeps a runbook from being run comes as unsettled:
// the plan is written all the same.
func (a *app) runbooks(d *desk, sources planned.Sources, result *plan.Plan) (unsettled, err error) {
	var books []bookOf
	add := func(name string, book runbook.Runbook) (file string, err error) {
		written, err := readBook(d, name, book)
		books = append(books, written)
		return engagement.RunbookFile(name), err
	}
	for i := range result.Waves {
		wave := &result.Waves[i]
		ask := asked(d, sources, *wave)
		if len(ask.Members) == 0 {
			continue
		}
		book, missing := planned.Write(ask)
		result.Warnings = append(result.Warnings, missing...)
		if len(book.Steps) == 0 {
			continue
		}
		if wave.Runbook, err = add(wave.Name, book); err != nil {
			return nil, err
		}
		if ahead, some := planned.Ahead(ask); some {
			if wave.Ahead, err = add(planned.AheadOf(wave.Name), ahead); err != nil {
				return nil, err
			}
		}
	}
	return a.writeBooks(d, books)
}

// asked is what the night of a wave is written from.
func asked(d *desk, sources planned.Sources, wave plan.Wave) planned.Input {
	names := make([]string, len(wave.Members))
	for i, m := range wave.Members {
		names[i] = m.Service
	}
	ask := planned.Input{Wave: wave.Name, Title: wave.Title, Environment: estate.Environment(wave.Phase), Window: wave.To.Sub(wave.From), Members: sources.Members(names)}
	for _, c := range d.e.Contacts {
		ask.Contacts = append(ask.Contacts, runbook.Contact{Role: c.Role, Name: c.Name, How: c.How})
	}
	return ask
}

// nightSources gathers what nights are written from.
func nightSources(d *desk, in plan.Input) (planned.Sources, error) {
	samples, err := rehearsed(d, in.Inventory)
	if err != nil {
		return planned.Sources{}, err
	}
	moves := d.e.Target.Moves
	return planned.Sources{Services: in.Services, Moves: moves, Inventory: in.Inventory, Classification: in.Classification, Integrations: in.Assessment.Integrations,
		Choices: method.Choose(method.Input{Inventory: in.Inventory, Services: in.Services, Moves: moves, Rates: method.RatesFrom(d.e.Target.Rates, samples)})}, nil
}

// rehearsed reads from the journals how fast copies went.
func rehearsed(d *desk, inventory estate.Inventory) ([]method.Sample, error) {
	runs, err := runsOf(d, "")
	if err != nil {
		return nil, err
	}
	var samples []method.Sample
	for _, run := range runs {
		if !d.Has(run.bookName()) {
			continue
		}
		file, err := runbook.Load(d.Path(run.bookName()), nil)
		if err != nil {
			continue // of an older form: its figures are lost, nothing else
		}
		records, err := journal.Read(run.journal())
		if err != nil {
			return nil, err
		}
		state, err := cutover.Fold(records)
		if err != nil {
			return nil, err
		}
		for _, step := range file.Runbook.Steps {
			if s, measured := sampleOf(run.run, step, state.Step(step.ID), inventory); measured {
				samples = append(samples, s)
			}
		}
	}
	return samples, nil
}

// sampleOf is what a step that was done tells of a rate. What a database's steps report is the dump and the rows: its size is
// taken from the inventory.
func sampleOf(run string, step runbook.Step, state cutover.Step, inventory estate.Inventory) (method.Sample, bool) {
	s := method.Sample{Work: method.Work(step.Kind), Took: state.Ended.Sub(state.Started), Run: run}
	switch s.Work {
	case method.CopyWork:
		s.Bytes = sizeOf(inventory, step.With["from"])
	case method.CompareWork:
		s.Bytes = sizeOf(inventory, step.With["legacy"])
	case method.FilesWork:
		s.Bytes, _ = strconv.ParseInt(state.Facts["bytes"].String(), 10, 64)
	}
	return s, state.Status == cutover.StatusDone && s.Bytes > 0 && s.Took > 0
}

func sizeOf(inventory estate.Inventory, name any) int64 {
	text, _ := name.(string)
	server, database, _ := strings.Cut(text, "/")
	for _, p := range inventory.Postgres {
		for _, d := range p.Databases.Value {
			if p.Name == server && d.Name == database {
				return d.SizeBytes
			}
		}
	}
	return -1
}
