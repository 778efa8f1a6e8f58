package runbook

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"nightferry/internal/expr"
	"nightferry/internal/yamlfile"
)

// maxSteps bounds a night.
const maxSteps = 1000

// checker holds a runbook against the rules. Every rule tells all it finds.
type checker struct {
	y     *yamlfile.File
	file  *File
	book  *Runbook
	kinds Kinds
	index map[string]int          // first step of each id
	done  map[int]map[string]bool // ids that are settled before a step begins
}

func (c *checker) check() {
	b := c.book
	if c.require("version", b.Version != 0, "write version: 1") && b.Version != Version {
		c.y.Fault("version", fmt.Sprintf("version %d is unknown", b.Version), fmt.Sprintf("this nightferry reads version %d", Version))
	}
	if c.require("wave", b.Wave != "", "write wave: wave-1") && !isName(b.Wave) {
		c.y.Fault("wave", "a wave's name is lower-case letters, digits and -", "write wave: wave-1")
	}
	c.require("title", b.Title != "", "say in a few words what moves")
	for i, contact := range b.Contacts {
		path := fmt.Sprintf("contacts[%d]", i)
		c.require(path+".role", contact.Role != "", "say what this person decides or does")
		c.require(path+".name", contact.Name != "", "name the person")
	}
	for i, conflict := range b.Conflicts {
		c.y.Fault(fmt.Sprintf("conflicts[%d]", i), fmt.Sprintf("%.80s was changed by a person and by the planner, in different ways", conflict.Path),
			"write there what shall hold, then remove this entry")
	}
	if !c.require("steps", len(b.Steps) > 0, "a night has at least one step") {
		return
	}
	if len(b.Steps) > maxSteps {
		c.y.Fault("steps", fmt.Sprintf("%d steps are more than %d", len(b.Steps), maxSteps), "split the wave")
		return
	}
	c.ids()
	for i := range b.Steps {
		c.step(at(i), &b.Steps[i])
		c.needs(i)
	}
	c.cycles()
	c.settled()
	c.rollback()
	for i := range b.Steps {
		c.kind(i, &b.Steps[i])
	}
	c.assurances()
}

// require tells that something is missing, and returns whether it is there.
func (c *checker) require(path string, there bool, mend string) bool {
	if !there {
		key := path[strings.LastIndex(path, ".")+1:]
		c.y.Fault(path, key+" is missing", mend)
	}
	return there
}

func at(i int) string { return fmt.Sprintf("steps[%d]", i) }

// isName says that s can be a file's name everywhere, and a name in expressions once - is _.
func isName(s string) bool {
	return regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`).MatchString(s) && len(s) <= 60
}

// ids are looked at first: needs refer to them.
func (c *checker) ids() {
	c.index = map[string]int{}
	for i, step := range c.book.Steps {
		path := at(i) + ".id"
		if !c.require(path, step.ID != "", "give the step a short name, such as stop-odoo") {
			continue
		}
		earlier, twice := c.index[step.ID]
		switch {
		case twice:
			c.y.Fault(path, fmt.Sprintf("the step %s stands here a second time, first on line %d", step.ID, c.y.Line(at(earlier)+".id")), "rename one of the two")
			continue
		case !isName(step.ID):
			c.y.Fault(path, "a step's id is lower-case letters, digits and -, at most 60", "write it like stop-odoo")
		case step.ID == expr.Elapsed:
			c.y.Fault(path, "elapsed is the time since the run began", "choose another id")
		}
		c.index[step.ID] = i
	}
}

func (c *checker) step(path string, s *Step) {
	c.require(path+".title", s.Title != "", "say in a few words what is done")
	c.require(path+".owner", s.Owner != "", "name who answers for this step on the night")
	c.require(path+".kind", s.Kind != "", "known are: "+strings.Join(c.kindNames(), ", "))
	if c.require(path+".phase", s.Phase != "", "one of: "+join(Phases())) && !slices.Contains(Phases(), s.Phase) {
		c.y.Fault(path+".phase", fmt.Sprintf("phase %q is unknown", s.Phase), yamlfile.Mend(string(s.Phase), texts(Phases())))
	}
	expected := c.duration(path, "expected", s.Expected, "how long it took in the rehearsal, or an estimate: 10m")
	deadline := c.duration(path, "deadline", s.Deadline, "after how long it has failed: 30m")
	if expected && deadline && s.Deadline < s.Expected {
		c.y.Fault(path+".deadline", fmt.Sprintf("it would fail after %s, and is expected to take %s", s.Deadline, s.Expected), "make the deadline the longer one")
	}
	if s.Show != "" {
		show, err := regexp.Compile(s.Show)
		if err != nil {
			c.y.Fault(path+".show", "it is not a regular expression: "+err.Error(), "escape special characters with a backslash, in single quotes")
			return
		}
		c.file.Shows[s.ID] = show
	}
}

func (c *checker) duration(path, key string, d time.Duration, mend string) bool {
	if !c.y.Has(path + "." + key) {
		return c.require(path+"."+key, false, mend)
	}
	if d <= 0 {
		c.y.Fault(path+"."+key, key+" is not longer than nothing", mend)
	}
	return d > 0
}

// kind checks what only the step's kind can know, and what needs the facts of kinds.
func (c *checker) kind(i int, s *Step) {
	if c.kinds == nil || s.Kind == "" {
		return
	}
	kind, known := c.kinds[s.Kind]
	if !known {
		c.y.Fault(at(i)+".kind", fmt.Sprintf("kind %q is unknown", s.Kind), yamlfile.Mend(s.Kind, c.kindNames()))
		return
	}
	if kind.Check != nil {
		for _, fault := range kind.Check(s.With) {
			path, text := at(i)+".with", fault.Text
			if fault.Field != "" {
				path, text = path+"."+fault.Field, fault.Field+" "+fault.Text
			}
			c.y.Fault(path, text, fault.Mend)
		}
	}
	if kind.Asks && !s.Confirm {
		c.y.Fault(at(i)+".kind", "a step of this kind is done by a person's word alone, and asks nobody", "add confirm: true")
	}
	c.gate(i, s)
}

// gate compiles what a step's facts are held against: its own pass expression, and the criteria of going back that are
// judged at it.
func (c *checker) gate(i int, s *Step) {
	var conditions []string
	if s.Pass != "" && c.compiles(at(i)+".pass", s.Pass, c.schema(i)) {
		conditions = append(conditions, s.Pass)
	}
	if c.judges(s.ID) {
		for n, criterion := range c.book.Rollback.Criteria {
			if slices.Contains(criterion.At, s.ID) && c.compiles(fmt.Sprintf("rollback.criteria[%d].when", n), criterion.When, c.schema(i)) {
				conditions = append(conditions, "not ("+criterion.When+")")
			}
		}
	}
	if len(conditions) == 0 {
		return
	}
	joined := conditions[0]
	if len(conditions) > 1 {
		joined = "(" + strings.Join(conditions, ") and (") + ")"
	}
	program, err := expr.Compile(joined, c.schema(i))
	if err != nil {
		c.y.Fault(at(i), "its conditions together are too much for one gate: "+asExpr(err).Text, "judge some of the criteria at another step")
		return
	}
	c.file.Passes[s.ID] = program
}

// compiles tells what is wrong with an expression, and whether nothing is.
func (c *checker) compiles(path, source string, schema expr.Schema) bool {
	_, err := expr.Compile(source, schema)
	if err != nil {
		mistake := asExpr(err)
		c.y.Fault(path, fmt.Sprintf("at character %d: %s", mistake.Column, mistake.Text), mistake.Mend)
	}
	return err == nil
}

// schema declares the facts that are known once step i is done: its own, and those of the steps settled before it.
func (c *checker) schema(i int) expr.Schema {
	schema := expr.Schema{expr.Elapsed: expr.TypeDuration}
	for j, step := range c.book.Steps {
		if j == i || c.done[i][step.ID] {
			for name, t := range c.kinds[step.Kind].Facts {
				schema[expr.Name(step.ID, name)] = t
			}
		}
	}
	return schema
}

func (c *checker) kindNames() []string { return slices.Sorted(maps.Keys(c.kinds)) }

func texts(phases []Phase) []string {
	names := make([]string, len(phases))
	for i, p := range phases {
		names[i] = string(p)
	}
	return names
}

func join(phases []Phase) string { return strings.Join(texts(phases), ", ") }
