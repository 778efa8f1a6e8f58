package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
	"nightferry/plan/edits"
)

// bookOf is a runbook of the folder: as it was written, as people left it, and as the plan would have it now. Now is empty
// where the plan has no such night any more.
type bookOf struct {
	edits.Book

	wave string
	now  []byte
}

// readBook reads what is there of a runbook beside what it shall be now.
func readBook(d *desk, wave string, book runbook.Runbook) (b bookOf, err error) {
	name, base := engagement.RunbookFile(wave), engagement.WrittenFile(wave)
	b = bookOf{edits.Book{Name: d.Path(name)}, wave, nil}
	if len(book.Steps) > 0 {
		if b.now, err = runbook.Format(book); err != nil {
			return b, err
		}
	}
	if !d.Has(name) {
		return b, nil // a base without a runbook is of one that somebody removed
	}
	if b.Edited, err = d.Read(name); err == nil && d.Has(base) {
		b.Written, err = d.Read(base)
	}
	return b, err
}

// writeBooks merges all runbooks at once: a service that goes on another night takes people's edits of its steps along.
func (a *app) writeBooks(d *desk, books []bookOf) (unsettled, err error) {
	names, err := d.List(engagement.WrittenDir, ".yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		wave := strings.TrimSuffix(name, ".yaml")
		if slices.ContainsFunc(books, func(b bookOf) bool { return b.wave == wave }) {
			continue
		}
		stale, err := readBook(d, wave, runbook.Runbook{})
		if err != nil {
			return nil, err
		}
		books = append(books, stale)
	}
	merges := mergeBooks(books)
	for i, b := range books {
		var problem error
		if len(b.now) == 0 {
			problem, err = a.clearStale(d, b)
		} else {
			problem, err = a.keepEdits(d, b, merges[i])
		}
		if err != nil {
			return nil, err
		}
		unsettled = errors.Join(unsettled, problem)
	}
	return unsettled, nil
}

// merge is what became of one runbook.
type merge struct {
	edits.Merged

	err error // why it could not be merged
}

// mergeBooks merges each runbook, before anything is written. Where one of them cannot be merged, no edit leaves its place:
// it could not be put into that one, and would be in none.
func mergeBooks(books []bookOf) []merge {
	old, now := make([]edits.Book, len(books)), make([][]byte, len(books))
	for i, b := range books {
		old[i], now[i] = b.Book, b.now
	}
	merges := make([]merge, len(books))
	for _, moved := range [][]edits.Moved{edits.Find(old, now), make([]edits.Moved, len(books))} {
		whole := true
		for i, b := range books {
			if len(b.now) > 0 {
				merges[i].Merged, merges[i].err = edits.Merge(b.Book, b.now, moved[i])
				whole = whole && merges[i].err == nil
			}
		}
		if whole {
			break
		}
	}
	return merges
}

// clearStale removes a runbook that the planner wrote and no wave has any more: somebody might run it. What people have
// changed in it is theirs: that file is told and left.
func (a *app) clearStale(d *desk, b bookOf) (problem, err error) {
	if !bytes.Equal(b.Edited, b.Written) {
		return outcome.Mend(outcome.Found(fmt.Errorf("%s was changed by people, and this plan writes no night for that wave", b.Name)),
			"take over what you need from it, then remove it: the cutover would still run it"), nil
	}
	if len(b.Edited) > 0 {
		a.remark("removed: %s, for which this plan writes no night", b.Name)
	}
	if err := d.Remove(engagement.RunbookFile(b.wave)); err != nil {
		return nil, err
	}
	return nil, d.Remove(engagement.WrittenFile(b.wave))
}

// keepEdits writes a runbook, with everything that people changed in the one that is there. A problem is what a person must
// settle before the night.
func (a *app) keepEdits(d *desk, b bookOf, merged merge) (problem, err error) {
	beside := "runbooks/" + b.wave + ".new.yaml"
	if merged.err != nil {
		problem := outcome.Found(fmt.Errorf("%s is left as it is, because what people changed cannot be told: %w", b.Name, merged.err))
		return outcome.Mend(problem, "the new one is "+d.Path(beside)+": bring both together by hand, or remove the old one and plan again"), d.Write(beside, b.now)
	}
	if len(merged.Conflicts) > 0 {
		paths := make([]string, len(merged.Conflicts))
		for i, c := range merged.Conflicts {
			paths[i] = c.Path
		}
		problem = outcome.Mend(outcome.Found(fmt.Errorf("%s: people and the planner changed the same in different ways: %s", b.Name, strings.Join(paths, ", "))),
			"people's changes stand, the planner's are under conflicts: write what shall hold, and remove the entries")
	}
	if !bytes.Equal(merged.Text, b.now) {
		a.remark("%s keeps what people changed", b.Name)
	}
	if len(merged.Taken) > 0 {
		a.remark("%s takes over from the plan: %s", b.Name, strings.Join(merged.Taken, ", "))
	}
	return problem, errors.Join(writeBook(d, b.wave, merged.Text, b.now), d.Remove(beside))
}

// writeBook saves a runbook, and then what the planner wrote of it. In this order: broken off between the two, a second
// plan finds its own changes made already; the other way round it would take the old ones for a person's.
func writeBook(d *desk, wave string, text, written []byte) error {
	if err := d.Write(engagement.RunbookFile(wave), text); err != nil {
		return err
	}
	return d.Write(engagement.WrittenFile(wave), written)
}
