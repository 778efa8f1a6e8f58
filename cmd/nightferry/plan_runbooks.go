package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nightferry/cutover"
	"nightferry/cutover/journal"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
	"nightferry/plan"
	"nightferry/plan/edits"
	"nightferry/plan/method"
	planned "nightferry/plan/night"
)

// runbooks writes the night of each wave that has a way to move. What keeps a runbook from being run comes as unsettled:
// the plan is written all the same.
func (a *app) runbooks(d *desk, sources planned.Sources, result *plan.Plan) (unsettled, err error) {
	for i := range result.Waves {
		wave := &result.Waves[i]
		if len(wave.Members) == 0 {
			continue
		}
		names := make([]string, len(wave.Members))
		for n, m := range wave.Members {
			names[n] = m.Service
		}
		ask := planned.Input{Wave: wave.Name, Title: wave.Title, Environment: estate.Environment(wave.Phase), Members: sources.Members(names)}
		for _, c := range d.e.Contacts {
			ask.Contacts = append(ask.Contacts, runbook.Contact{Role: c.Role, Name: c.Name, How: c.How})
		}
		book, missing := planned.Write(ask)
		result.Warnings = append(result.Warnings, missing...)
		if len(book.Steps) == 0 {
			continue
		}
		wave.Runbook = engagement.RunbookFile(wave.Name)
		problem, err := a.keepEdits(d, wave.Name, book)
		if err != nil {
			return nil, err
		}
		unsettled = errors.Join(unsettled, problem)
		ahead, some := planned.Ahead(ask)
		if !some {
			continue
		}
		wave.Ahead = engagement.RunbookFile(planned.AheadOf(wave.Name))
		if problem, err = a.keepEdits(d, planned.AheadOf(wave.Name), ahead); err != nil {
			return nil, err
		}
		unsettled = errors.Join(unsettled, problem)
	}
	stale, err := a.clearStale(d, result.Waves)
	return errors.Join(unsettled, stale), err
}

// clearStale removes runbooks that the planner wrote and no wave has any more: somebody might run one. What people have
// changed in one is theirs: that file is told and left.
func (a *app) clearStale(d *desk, waves []plan.Wave) (problem, err error) {
	names, err := d.List(engagement.WrittenDir, ".yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		book, base := engagement.RunbookFile(strings.TrimSuffix(name, ".yaml")), engagement.WrittenDir+"/"+name
		if slices.ContainsFunc(waves, func(w plan.Wave) bool { return w.Runbook == book || w.Ahead == book }) {
			continue
		}
		if d.Has(book) {
			edited, err := d.Read(book)
			if err != nil {
				return nil, err
			}
			written, err := d.Read(base)
			if err != nil {
				return nil, err
			}
			if !bytes.Equal(edited, written) {
				problem = errors.Join(problem, outcome.Mend(outcome.Found(fmt.Errorf("%s was changed by people, and this plan writes no night for that wave", d.Path(book))),
					"take over what you need from it, then remove it: the cutover would still run it"))
				continue
			}
			if err := d.Remove(book); err != nil {
				return nil, err
			}
			a.remark("removed: %s, for which this plan writes no night", d.Path(book))
		}
		if err := d.Remove(base); err != nil {
			return nil, err
		}
	}
	return problem, nil
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

// keepEdits writes a runbook, with everything that people changed in the one that is there. A problem is what a person must
// settle before the night.
func (a *app) keepEdits(d *desk, wave string, book runbook.Runbook) (problem, err error) {
	now, err := runbook.Format(book)
	if err != nil {
		return nil, err
	}
	name, base := engagement.RunbookFile(wave), engagement.WrittenFile(wave)
	if !d.Has(name) {
		return nil, errors.Join(d.Write(name, now), d.Write(base, now))
	}
	edited, err := d.Read(name)
	if err != nil {
		return nil, err
	}
	var written []byte
	if d.Has(base) {
		if written, err = d.Read(base); err != nil {
			return nil, err
		}
	}
	merged, err := edits.Merge(d.Path(name), written, edited, now)
	if err != nil {
		beside := strings.TrimSuffix(name, ".yaml") + ".new.yaml"
		problem := outcome.Found(fmt.Errorf("%s is left as it is, because what people changed cannot be told: %w", d.Path(name), err))
		return outcome.Mend(problem, "the new one is "+d.Path(beside)+": bring both together by hand, or remove the old one and plan again"), d.Write(beside, now)
	}
	if len(merged.Conflicts) > 0 {
		paths := make([]string, len(merged.Conflicts))
		for i, c := range merged.Conflicts {
			paths[i] = c.Path
		}
		problem = outcome.Mend(outcome.Found(fmt.Errorf("%s: people and the planner changed the same in different ways: %s", d.Path(name), strings.Join(paths, ", "))),
			"people's changes stand, the planner's are under conflicts: write what shall hold, and remove the entries")
	}
	if !bytes.Equal(merged.Text, now) {
		a.remark("%s keeps what people changed", d.Path(name))
	}
	if len(merged.Taken) > 0 {
		a.remark("%s takes over from the plan: %s", d.Path(name), strings.Join(merged.Taken, ", "))
	}
	return problem, errors.Join(d.Write(name, merged.Text), d.Write(base, now)) // in this order: with an old base, a second plan finds the same again
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
