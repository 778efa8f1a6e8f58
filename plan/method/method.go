// Package method chooses how each database and filestore of a service comes over, and says how long its people will be
// without it: a range, with what it rests on. It is pure.
//
// It builds on estate.MoveMethods, which tells from discovery which methods are open. Here they get a price: downtime,
// what must be done ahead, and the way back.
package method

import (
	"time"

	"nightferry/internal/estate"
)

// Input is all that a choice is made of.
type Input struct {
	Inventory estate.Inventory
	Services  []estate.Service
	Moves     []estate.Move
	Rates     Rates
}

// Choice is how one service moves.
type Choice struct {
	Service  string         `yaml:"service" json:"service"`
	Downtime Estimate       `yaml:"downtime" json:"downtime"` // from the freeze until users are let in
	Back     Estimate       `yaml:"back" json:"back"`         // from the word to go back until the legacy side serves again, before the point of no return
	RTO      time.Duration  `yaml:"rto,omitempty" json:"rto,omitempty"`
	Meets    estate.Answer  `yaml:"meets,omitempty" json:"meets,omitempty"` // whether the downtime stays within the RTO; empty where nobody can tell
	Why      string         `yaml:"why" json:"why"`
	Pieces   []Piece        `yaml:"pieces,omitempty" json:"pieces,omitempty"`
	FallBack FallBack       `yaml:"fall_back" json:"fall_back"`
	Unknown  []string       `yaml:"unknown,omitempty" json:"unknown,omitempty"` // what would have to be known for a better answer
	Spans    map[Span]Range `yaml:"-" json:"-"`                                 // of the night, for the runbook's expected times
}

// Piece is one database or filestore.
type Piece struct {
	Kind      Kind              `yaml:"kind" json:"kind"`
	Name      string            `yaml:"name" json:"name"`                           // SERVER/DATABASE, or HOST:PATH
	SizeBytes int64             `yaml:"size_bytes" json:"size_bytes"`               // -1 where not known
	AtMost    int64             `yaml:"at_most,omitempty" json:"at_most,omitempty"` // bytes, where the size is not known and something bounds it
	Bound     string            `yaml:"bound,omitempty" json:"bound,omitempty"`     // what bounds it
	Method    estate.MoveMethod `yaml:"method,omitempty" json:"method,omitempty"`   // of a database; empty where none is open
	Copy      Range             `yaml:"copy" json:"copy"`                           // within the downtime, by its method
	Why       string            `yaml:"why" json:"why"`
	Options   []Option          `yaml:"options,omitempty" json:"options,omitempty"`
}

// Kind of a piece.
type Kind string

// The kinds.
const (
	Database  Kind = "database"
	Filestore Kind = "filestore"
)

// Option is one method with its price.
type Option struct {
	estate.MethodChoice `yaml:",inline"`

	Downtime Estimate      `yaml:"downtime" json:"downtime"`               // of this piece alone
	Meets    estate.Answer `yaml:"meets,omitempty" json:"meets,omitempty"` // the service's RTO, with this method for this piece
	Ahead    []Ahead       `yaml:"ahead,omitempty" json:"ahead,omitempty"`
	FallBack FallBack      `yaml:"fall_back" json:"fall_back"`
}

// Ahead is what is done in an earlier window of its own, with its way back.
type Ahead struct {
	What   string `yaml:"what" json:"what"`
	Why    string `yaml:"why" json:"why"`
	Undo   string `yaml:"undo" json:"undo"`
	Outage bool   `yaml:"outage,omitempty" json:"outage,omitempty"` // users are without the service meanwhile
}

// FallBack is the way back after the point of no return.
type FallBack struct {
	Promised estate.Answer `yaml:"promised,omitempty" json:"promised,omitempty"` // yes, no, or empty where nobody can tell: then it is not promised either
	Way      string        `yaml:"way" json:"way"`
	DataLoss string        `yaml:"data_loss" json:"data_loss"` // the bound, in words
	Why      string        `yaml:"why,omitempty" json:"why,omitempty"`
}

// Estimate is a length of time that is not known exactly.
type Estimate struct {
	Range      `yaml:",inline"`
	Confidence Confidence `yaml:"confidence" json:"confidence"`
	Basis      []string   `yaml:"basis" json:"basis"` // what it rests on, one sentence each
}

// Range is from best to worst. Where the worst is not bounded by anything known, High is zero and Unbounded true: it is
// never shorter than Low.
type Range struct {
	Low       time.Duration `yaml:"low" json:"low"`
	High      time.Duration `yaml:"high,omitempty" json:"high,omitempty"`
	Unbounded bool          `yaml:"unbounded,omitempty" json:"unbounded,omitempty"`
}

// Confidence says how far an estimate may be trusted.
type Confidence string

// The confidences.
const (
	High   Confidence = "high"   // sizes known, rates measured in a rehearsal
	Medium Confidence = "medium" // sizes known, rates stated
	Low    Confidence = "low"    // something is assumed
)
