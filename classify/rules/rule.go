// Package rules finds what is wrong in an estate, by rules that are data: YAML, a file a topic, embedded, to which
// users add their own. A rule says what it is about, asks for facts of it in the language of [expr], and states what
// to show, what mends it, and which demands of law and standard it concerns.
//
// A rule passes only on facts that are known. Where one that would decide is missing, the result is unknown, with the
// grant that would tell.
package rules

import (
	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// Rule is one way in which something can be wrong. Its code never changes its meaning.
type Rule struct {
	Code     string   `yaml:"code"`     // "redis-without-password"
	Title    string   `yaml:"title"`    // what is wrong, in one line
	For      string   `yaml:"for"`      // kind of subject, one of [Kinds]
	When     string   `yaml:"when"`     // true where it is wrong
	Evidence string   `yaml:"evidence"` // what shows it; {listener.port} is filled in
	Fix      string   `yaml:"fix"`      // what a person can do
	Harm     Harm     `yaml:"harm"`
	Exposure Exposure `yaml:"exposure"`
	HIPAA    []string `yaml:"hipaa"`  // paragraphs of 45 CFR, "164.312(a)(1)"
	ISO      []string `yaml:"iso"`    // controls of ISO/IEC 27001:2022 Annex A, "A.8.5"
	Effort   Effort   `yaml:"effort"` // to mend it, on one asset
	Note     string   `yaml:"note"`   // what it does not say, and when it may be wrong; may be empty

	Fires map[string]any `yaml:"fires"` // a small estate in which it finds something
	Clean map[string]any `yaml:"clean"` // one in which it does not

	Topic string `yaml:"-"` // name of its file, "redis"

	when     *expr.Program
	evidence template
	fires    Estate
	clean    Estate
}

// Severity is how much it matters at worst: where regulated data or a critical service is at stake.
func (r *Rule) Severity() estate.Severity { return severityOf(r.Harm, r.Exposure, &stake{}) }

// Effort is how much work it is to mend something.
type Effort string

// The efforts.
const (
	Minutes Effort = "minutes" // a setting
	Hours   Effort = "hours"   // with a test and a window
	Days    Effort = "days"    // several people, a change request
	Weeks   Effort = "weeks"   // a project
)

// Set is all rules that are in force, in order of topic and place.
type Set struct {
	rules []*Rule
	by    map[string]*Rule
	kinds catalogue
}

// All lists the rules.
func (s *Set) All() []*Rule { return s.rules }

// Rule finds a rule by its code.
func (s *Set) Rule(code string) (*Rule, bool) {
	r, found := s.by[code]
	return r, found
}

// Asks lists the facts that a rule's expression rests on, in order of name.
func (s *Set) Asks(r *Rule) []Field {
	var asked []Field
	for _, name := range r.when.Leaves() {
		asked = append(asked, s.kinds.fields[r.For][name])
	}
	return asked
}
