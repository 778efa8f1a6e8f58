// Package after says what surrounds a service's night without being part of it: what each partner outside must have done
// before, what is measured and drilled afterwards, how the legacy ends, and what work all of it takes. It is pure: days
// are counted from the nights of the waves, and the order of the input changes nothing.
package after

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"nightferry/classify"
	"nightferry/internal/estate"
)

// Nobody is said where no owner is stated: a gate that nobody owns is seen, not left out.
const Nobody = "nobody"

// Input is what the days and lists are made of.
type Input struct {
	Inventory  estate.Inventory
	Assessment classify.Assessment
	Hosts      map[string][]string // of each service, also those that stay; as ends of integrations, "host/NAME"
	Moves      []Move
}

// Move is a service whose legacy comes to an end, by a wave or without one.
type Move struct {
	Service estate.Service
	Class   estate.DataClass
	Wave    string    // empty for a service that is retired outside the waves
	From    time.Time // of the wave's night; zero where there is none
	To      time.Time
}

// byName is the moves in order of their services' names.
func (in Input) byName() []Move {
	return slices.SortedFunc(slices.Values(in.Moves), func(a, b Move) int { return cmp.Compare(a.Service.Name, b.Service.Name) })
}

// hosts names the hosts of a service as the inventory does.
func (in Input) hosts(service string) []string {
	var names []string
	for _, end := range in.Hosts[service] {
		names = append(names, strings.TrimPrefix(end, "host/"))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// day is a date so many days from a time; empty where the time is not known.
func day(from time.Time, days int) string {
	if from.IsZero() {
		return ""
	}
	return from.AddDate(0, 0, days).Format(time.DateOnly)
}

func owner(s estate.Service) string { return cmp.Or(s.Owner, Nobody) }
