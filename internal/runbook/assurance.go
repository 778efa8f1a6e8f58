package runbook

import (
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// span is from which phase to which a step may stand that gives an assurance: a backup that is taken after the freeze came
// too late, a back-entry before users are let in has nothing to enter into.
type span struct{ from, to Phase }

func spans() map[estate.Assurance]span {
	return map[estate.Assurance]span{
		estate.FreshBackup:          {PhasePrepare, PhasePrepare},
		estate.DowntimeProcedures:   {PhasePrepare, PhaseFreeze},
		estate.PrintedLists:         {PhasePrepare, PhaseFreeze},
		estate.BaselineBefore:       {PhasePrepare, PhasePrepare},
		estate.MessageBegin:         {PhasePrepare, PhaseFreeze},
		estate.InterfacesHeld:       {PhasePrepare, PhaseFreeze},
		estate.InterfacesDrained:    {PhasePrepare, PhaseFreeze},
		estate.RowsCompared:         {PhaseVerify, PhaseVerify},
		estate.RollCallClinical:     {PhaseVerify, PhaseDecide},
		estate.RollCallBusiness:     {PhaseVerify, PhaseDecide},
		estate.RollCallSecurity:     {PhaseVerify, PhaseDecide},
		estate.RollCallVendor:       {PhaseVerify, PhaseDecide},
		estate.MessageDecided:       {PhaseDecide, PhaseSwitch},
		estate.InterfacesRedirected: {PhaseSwitch, PhaseSwitch},
		estate.BaselineAfter:        {PhaseProve, PhaseProve},
		estate.SmokeTest:            {PhaseProve, PhaseProve},
		estate.MonitoringAlerts:     {PhasePrepare, PhaseProve},
		estate.LogsArrive:           {PhasePrepare, PhaseProve},
		estate.TargetBackup:         {PhaseVerify, PhaseProve},
		estate.InterfacesReleased:   {PhaseCommit, PhaseCommit},
		estate.MessageDone:          {PhaseCommit, PhaseCommit},
		estate.BackEntry:            {PhaseCommit, PhaseCommit},
		estate.HypercareBegun:       {PhaseCommit, PhaseCommit},
		estate.Handover:             {PhaseCommit, PhaseCommit},
	}
}

// assurances holds a production night against what it must never be without, and every waiver against two names.
func (c *checker) assurances() {
	for i, s := range c.book.Steps {
		if s.Service != "" && !slices.Contains(c.book.Services, s.Service) {
			c.y.Fault(at(i)+".service", fmt.Sprintf("%q does not move in this wave", s.Service), yamlfile.Mend(s.Service, c.book.Services))
		}
		if s.Assures != "" {
			c.assures(i, s)
		}
	}
	for i, w := range c.book.Waivers {
		c.waiver(fmt.Sprintf("waivers[%d]", i), w)
	}
	if c.book.Environment != string(estate.Production) {
		return
	}
	if len(c.book.Services) == 0 && !c.onlyPrepares() {
		c.y.Fault("services", "a production night of no service", "name the services that move; without any, all steps belong into the phase prepare")
	}
	for _, service := range c.book.Services {
		for _, wanted := range estate.Assurances() {
			if !c.assured(service, wanted) {
				c.y.Fault("steps", fmt.Sprintf("nothing assures %s for %s, and nobody has waived it", wanted, service),
					"put the step back that nightferry plan wrote, or add a waiver by two people under waivers")
			}
		}
	}
}

// onlyPrepares tells a runbook that moves nothing: what is done ahead of a night, in a window of its own.
func (c *checker) onlyPrepares() bool {
	return len(c.book.Services) == 0 && !slices.ContainsFunc(c.book.Steps, func(s Step) bool { return s.Phase != PhasePrepare })
}

// assures checks one step that claims to give an assurance.
func (c *checker) assures(i int, s Step) {
	allowed, known := spans()[s.Assures]
	if !known {
		c.y.Fault(at(i)+".assures", fmt.Sprintf("assurance %q is unknown", s.Assures), yamlfile.Mend(string(s.Assures), words(estate.Assurances())))
		return
	}
	if slices.Contains(Phases(), s.Phase) && (s.Phase.Before(allowed.from) || allowed.to.Before(s.Phase)) {
		c.y.Fault(at(i)+".phase", fmt.Sprintf("%s belongs into %s", s.Assures, allowed), "move the step to that phase")
	}
	if !s.Confirm && s.Pass == "" && !c.judges(s.ID) {
		c.y.Fault(at(i)+".assures", "nobody confirms this step and nothing is judged at it, so it assures nothing", "add confirm: true, or a pass expression")
	}
}

// judges tells whether a criterion of going back is judged at a step.
func (c *checker) judges(id string) bool {
	return c.book.Rollback != nil && slices.ContainsFunc(c.book.Rollback.Criteria, func(criterion Criterion) bool { return slices.Contains(criterion.At, id) })
}

func (s span) String() string {
	if s.from == s.to {
		return "phase " + string(s.from)
	}
	return "the phases " + string(s.from) + " to " + string(s.to)
}

func (c *checker) assured(service string, wanted estate.Assurance) bool {
	for _, s := range c.book.Steps {
		if s.Assures == wanted && (s.Service == "" || s.Service == service) {
			return true
		}
	}
	return slices.ContainsFunc(c.book.Waivers, func(w estate.Waiver) bool { return w.Assurance == wanted && (w.Service == "" || w.Service == service) })
}

func (c *checker) waiver(path string, w estate.Waiver) {
	if c.require(path+".assurance", w.Assurance != "", "name what the night goes without") && !slices.Contains(estate.Assurances(), w.Assurance) {
		c.y.Fault(path+".assurance", fmt.Sprintf("assurance %q is unknown", w.Assurance), yamlfile.Mend(string(w.Assurance), words(estate.Assurances())))
	}
	if w.Service != "" && !slices.Contains(c.book.Services, w.Service) {
		c.y.Fault(path+".service", fmt.Sprintf("%q does not move in this wave", w.Service), yamlfile.Mend(w.Service, c.book.Services))
	}
	if !w.HasTwo() {
		c.y.Fault(path+".by", "a waiver takes two people by name", "write by: [N. N., M. M.], two different people who may decide it")
	}
	c.require(path+".reason", strings.TrimSpace(w.Reason) != "", "say why")
	c.require(path+".date", w.Date != "", "write the day: 2026-01-31")
}

func words(list []estate.Assurance) []string {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = string(a)
	}
	return names
}

// knownStep tells of a step that does not exist.
func (c *checker) knownStep(path, id string) {
	if _, known := c.index[id]; known {
		return
	}
	ids := make([]string, 0, len(c.book.Steps))
	for _, s := range c.book.Steps {
		ids = append(ids, s.ID)
	}
	c.y.Fault(path, fmt.Sprintf("there is no step %q", id), yamlfile.Mend(id, ids))
}
