package estate

import "time"

// Coverage says how well a section is known. Only [Known] lets an empty value mean "there is none".
type Coverage string

// The coverages of a section.
const (
	Known    Coverage = "known"     // read in full
	Absent   Coverage = "absent"    // the thing asked for does not exist there (no such command, file or feature)
	Denied   Coverage = "denied"    // it exists, and this account may not read it
	Failed   Coverage = "failed"    // reading it went wrong
	Timeout  Coverage = "timeout"   // reading it took longer than allowed
	NotAsked Coverage = "not-asked" // nobody tried
)

// IsKnown tells whether the value of a section may be relied upon.
func (c Coverage) IsKnown() bool { return c == Known }

// Collection says when, as whom and by which way an asset was read. Its time holds for all sections of the asset.
type Collection struct {
	At       time.Time `json:"at"`                 // start of reading, UTC, whole seconds
	Account  string    `json:"account"`            // the account that looked (never its secret)
	Via      []string  `json:"via,omitempty"`      // jump hosts, first hop first
	Address  string    `json:"address"`            // host:port or URL that was asked
	Coverage Coverage  `json:"coverage"`           // of the asset as a whole
	Problem  string    `json:"problem,omitempty"`  // why it is not known, in our own words
	Mend     string    `json:"mend,omitempty"`     // what a person can do about it
	Warnings []string  `json:"warnings,omitempty"` // what is known only in part, one sentence each
}

// Section is one kind of fact about an asset, with its provenance and coverage.
type Section[T any] struct {
	Coverage  Coverage `json:"coverage"`
	Source    string   `json:"source,omitempty"`    // the command, file or query that gave it
	Privilege string   `json:"privilege,omitempty"` // the right it was read with, where it differs from the asset's account
	Problem   string   `json:"problem,omitempty"`   // why it is not known, or only in part
	Grant     string   `json:"grant,omitempty"`     // the right that would reveal more
	Truncated bool     `json:"truncated,omitempty"` // a limit cut it: what is here is right, and not all
	Value     T        `json:"value,omitempty"`
}

// Know wraps a value that was read in full.
func Know[T any](source string, value T) Section[T] {
	return Section[T]{Coverage: Known, Source: source, Value: value}
}

// Miss is a section without a value: the coverage says why, the grant what would mend it.
func Miss[T any](coverage Coverage, source, problem, grant string) Section[T] {
	return Section[T]{Coverage: coverage, Source: source, Problem: problem, Grant: grant}
}

// Gap is one thing that is not known, as reports list it.
type Gap struct {
	Asset    string   `json:"asset"`   // "host/erp-db", "postgres/clinic", "odoo/clinic"
	Section  string   `json:"section"` // empty for the asset as a whole
	Coverage Coverage `json:"coverage"`
	Problem  string   `json:"problem,omitempty"`
	Mend     string   `json:"mend,omitempty"`
}
