package runbook

import (
	"fmt"
	"slices"
	"time"

	"nightferry/internal/estate"
)

// Rollback is when and how a night goes back, agreed before it begins.
type Rollback struct {
	Authority Contact       `yaml:"authority"`        // who decides
	Stop      []Contact     `yaml:"stop,omitempty"`   // who may stop the night for the patients' sake, alone
	NoReturn  string        `yaml:"no_return"`        // the step after which nothing is undone without loss: only falling back is left
	Latest    time.Duration `yaml:"latest,omitempty"` // into the run: later, going back would not end within what was agreed
	Criteria  []Criterion   `yaml:"criteria"`
	FallBacks []FallBack    `yaml:"fall_back"`
	Messages  []Message     `yaml:"messages,omitempty"` // to send when the night goes back
	After     []string      `yaml:"then,omitempty"`     // what people do once the legacy side serves again
}

// Criterion is a reason to go back. Where its expression holds, or cannot be judged, the gates at its steps do not open.
type Criterion struct {
	ID    string   `yaml:"id"`
	Title string   `yaml:"title"`
	When  string   `yaml:"when"`            // over the facts: "validate_erp.different > 0"
	At    []string `yaml:"at"`              // steps at which it is judged
	Basis string   `yaml:"basis,omitempty"` // where the threshold comes from
}

// FallBack is the way back of one service after the point of no return.
type FallBack struct {
	Service  string `yaml:"service"`
	Promised bool   `yaml:"promised"`
	Way      string `yaml:"way"`
	DataLoss string `yaml:"data_loss"` // the bound, in words
	Why      string `yaml:"why,omitempty"`
}

// Message is a text for people, ready to be sent.
type Message struct {
	To   string `yaml:"to"`
	Text string `yaml:"text"`
}

// rollback checks the way back.
func (c *checker) rollback() {
	r := c.book.Rollback
	if r == nil {
		if c.book.Environment == string(estate.Production) && !c.onlyPrepares() {
			c.y.Fault("environment", "a production night without rollback", "add rollback: with authority, stop, no_return, criteria, fall_back and messages; nightferry plan writes it")
		}
		return
	}
	c.contact("rollback.authority", r.Authority)
	for i, contact := range r.Stop {
		c.contact(fmt.Sprintf("rollback.stop[%d]", i), contact)
	}
	if c.require("rollback.no_return", r.NoReturn != "", "name the step that lets users in") {
		c.knownStep("rollback.no_return", r.NoReturn)
	}
	if c.y.Has("rollback.latest") && r.Latest <= 0 {
		c.y.Fault("rollback.latest", "it has passed before the night begins", "write how far into the run going back is still safe, such as 2h40m")
	}
	c.criteria(r.Criteria)
	for i, f := range r.FallBacks {
		path := fmt.Sprintf("rollback.fall_back[%d]", i)
		if c.require(path+".service", f.Service != "", "name the service") && !slices.Contains(c.book.Services, f.Service) {
			c.y.Fault(path+".service", fmt.Sprintf("%q does not move in this wave", f.Service), "name one of services")
		}
		c.require(path+".way", f.Way != "", "say how the service comes back")
		c.require(path+".data_loss", f.DataLoss != "", "say what would be lost at most")
	}
	for i, m := range r.Messages {
		path := fmt.Sprintf("rollback.messages[%d]", i)
		c.require(path+".to", m.To != "", "say who gets it")
		c.require(path+".text", m.Text != "", "write what they are told")
	}
	if c.book.Environment == string(estate.Production) {
		c.wholeRollback(r)
	}
}

// wholeRollback wants of a production night what others may leave out.
func (c *checker) wholeRollback(r *Rollback) {
	c.require("rollback.stop", len(r.Stop) > 0, "name who may stop the night for the patients' sake")
	c.require("rollback.criteria", len(r.Criteria) > 0, "write at least one reason to go back, with its expression")
	c.require("rollback.messages", len(r.Messages) > 0, "write what users, partners and the service desk are told when the night goes back")
	for _, service := range c.book.Services {
		if !slices.ContainsFunc(r.FallBacks, func(f FallBack) bool { return f.Service == service }) {
			c.y.Fault("rollback.fall_back", "it says nothing of "+service, "say how it comes back after the point of no return, or that it does not, and what is lost")
		}
	}
}

func (c *checker) contact(path string, contact Contact) {
	c.require(path+".role", contact.Role != "", "say what this person decides or does")
	c.require(path+".name", contact.Name != "", "name the person")
}

// criteria checks all but the expressions, which are compiled at the steps that judge them.
func (c *checker) criteria(criteria []Criterion) {
	seen := map[string]bool{}
	for i, criterion := range criteria {
		path := fmt.Sprintf("rollback.criteria[%d]", i)
		if c.require(path+".id", criterion.ID != "", "give it a short name, such as rows-differ") && seen[criterion.ID] {
			c.y.Fault(path+".id", "a second criterion has this id", "rename one of the two")
		}
		seen[criterion.ID] = true
		c.require(path+".title", criterion.Title != "", "say in a few words why the night would go back")
		c.require(path+".when", criterion.When != "", "write an expression over the facts, such as validate_erp.different > 0")
		c.require(path+".at", len(criterion.At) > 0, "name the steps at which it is judged")
		for n, id := range criterion.At {
			c.knownStep(fmt.Sprintf("%s.at[%d]", path, n), id)
		}
	}
}
