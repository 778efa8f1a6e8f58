package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
)

// Horizon is how many days nights are looked for where the policy says nothing.
const Horizon = 366

// usual is the night that is assumed where no maintenance window is stated: one a week, and the plan says so.
func usual() []estate.Window {
	return []estate.Window{{Days: []string{"sat"}, From: "22:00", To: "06:00"}}
}

// nights lays the maintenance windows out, from the first day on: a slot for each, named by the day on which it begins.
// Where windows overlap, the longest counts.
func nights(dates estate.Calendar, first time.Time, days int) []problem.Slot {
	windows := dates.Windows
	if len(windows) == 0 {
		windows = usual()
	}
	var slots []problem.Slot
	for n := range days {
		day := first.AddDate(0, 0, n)
		for _, w := range windows {
			if from, to, begins := w.On(day); begins {
				slots = append(slots, problem.Slot{Name: day.Format(time.DateOnly), Start: from, End: to, Day: n, Window: strings.Join(w.Days, ",") + " " + w.From + "–" + w.To})
			}
		}
	}
	slices.SortStableFunc(slots, func(a, b problem.Slot) int { return cmp.Or(a.Start.Compare(b.Start), b.End.Compare(a.End)) })
	return apart(slots)
}

// apart leaves out slots that begin before the one before them ends, or on the same day: one wave a night.
func apart(slots []problem.Slot) []problem.Slot {
	var kept []problem.Slot
	for _, s := range slots {
		last := len(kept) - 1
		switch {
		case last < 0 || !s.Start.Before(kept[last].End) && s.Name != kept[last].Name:
			kept = append(kept, s)
		case s.Minutes() > kept[last].Minutes():
			kept[last] = s
		}
	}
	return kept
}

// freezes are the closures that the calendar states, for all workloads.
func freezes(dates estate.Calendar) []problem.Closure {
	byName := map[string]*problem.Closure{}
	var order []string
	for _, f := range dates.Freezes {
		span := problem.Span{Start: f.From, End: f.To.Add(time.Second)}
		if known := byName[f.Reason]; known != nil {
			known.Spans = append(known.Spans, span)
			continue
		}
		byName[f.Reason] = &problem.Closure{Kind: problem.Freeze, Name: f.Reason, Spans: []problem.Span{span}, Source: f.Where}
		order = append(order, f.Reason)
	}
	var closures []problem.Closure
	for _, name := range order {
		closures = append(closures, *byName[name])
	}
	return closures
}

// begin is the first day on which a wave may move, and what says so.
func (in Input) begin(zone *time.Location) (first time.Time, basis string, err error) {
	const lead = 14
	seen := in.seen(zone)
	switch {
	case in.Policy.Start != "":
		first, err = time.ParseInLocation(time.DateOnly, in.Policy.Start, zone)
		if err == nil && first.Before(seen) {
			err = fmt.Errorf("%s: policy.start is %s, and the estate was looked at on %s: a wave cannot move before it was looked at",
				in.PolicyWhere["start"], in.Policy.Start, seen.Format(time.DateOnly))
		}
		return first, "policy.start", err
	case seen.IsZero():
		return first, "", errors.New("nobody knows when the estate was looked at, so no night can be chosen: state policy.start in engagement.yaml")
	}
	return seen.AddDate(0, 0, lead), fmt.Sprintf("%d days after the estate was last looked at: engagement.yaml states no policy.start", lead), nil
}

// seen is the day of the newest look at the estate.
func (in Input) seen(zone *time.Location) time.Time {
	var newest time.Time
	note := func(c estate.Collection) {
		if c.At.After(newest) {
			newest = c.At
		}
	}
	for _, h := range in.Inventory.Hosts {
		note(h.Collected)
	}
	for _, p := range in.Inventory.Postgres {
		note(p.Collected)
	}
	for _, o := range in.Inventory.Odoo {
		note(o.Collected)
	}
	if newest.IsZero() {
		return newest
	}
	y, m, d := newest.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}
