package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/plan/method"
	"nightferry/plan/problem"
)

// Problem states what the waves have to satisfy: a workload for each service that moves, with what discovery, the
// assessment and people say of it. The second result is what had to be assumed.
func Problem(in Input) (problem.Problem, []string, error) {
	zone, err := time.LoadLocation(cmp.Or(in.Dates.Timezone, "UTC"))
	if err != nil {
		return problem.Problem{}, nil, fmt.Errorf("calendar.timezone: %w", err)
	}
	g := newGraph(in)
	if !slices.ContainsFunc(g.services, movable.moves) {
		return problem.Problem{}, nil, nil
	}
	first, basis, err := in.begin(zone)
	if err != nil {
		return problem.Problem{}, nil, err
	}
	p := problem.Problem{
		Slots: nights(in.Dates, first, cmp.Or(in.Policy.HorizonDays, Horizon)), Closures: freezes(in.Dates),
		Limits: problem.Limits{Workloads: in.Policy.MaxServicesPerWave, Bytes: int64(in.Policy.MaxGigabytesPerWave) * 1e9, Crews: in.Policy.MaxCrewsPerWave, UnknownBytes: unknownBytes,
			Sources: map[problem.ID]string{problem.LimitWorkloads: in.PolicyWhere["max_services_per_wave"], problem.LimitBytes: in.PolicyWhere["max_gigabytes_per_wave"],
				problem.LimitCrews: in.PolicyWhere["max_crews_per_wave"]}},
	}
	assumed := []string{"the first wave may move from " + first.Format(time.DateOnly) + ": " + basis}
	if len(in.Dates.Windows) == 0 {
		assumed = append(assumed, "engagement.yaml states no maintenance window (calendar.windows): Saturday night, 22:00 to 06:00, is assumed")
	}
	for _, s := range g.services {
		if s.moves() {
			p.Workloads = append(p.Workloads, g.workload(s, in.Choices))
		}
	}
	if guessed := unsized(p); len(guessed) > 0 && p.Limits.Bytes > 0 {
		assumed = append(assumed, fmt.Sprintf("nobody knows the size of %s: each counts as %d GB against policy.max_gigabytes_per_wave", strings.Join(guessed, ", "), int64(unknownBytes)/1e9))
	}
	p.Dependencies = g.order(in.Policy)
	p.Proofs, assumed = g.proofs(in.Policy, assumed)
	if err := g.pins(&p, in, zone); err != nil {
		return problem.Problem{}, nil, err
	}
	for _, w := range in.Waivers {
		p.Waivers = append(p.Waivers, problem.Waiver{Constraint: problem.ID(w.Constraint), By: w.By, Reason: w.Reason, Source: w.Where})
	}
	return p, assumed, nil
}

// unknownBytes is what a service of unknown size counts for against a limit of bytes: an assumption that the plan states.
const unknownBytes = 100e9

// moves tells whether a service is placed in a wave.
func (s movable) moves() bool {
	switch s.Disposition {
	case estate.Retain, estate.Retire:
		return false
	case "", estate.MoveAsIs, estate.MoveAndUpgrade, estate.Replace:
	}
	return s.Environment == estate.Production || s.Environment == estate.NonProduction
}

// movable is a service as the planner sees it.
type movable struct{ estate.Service }

// workload is a service with its size, its downtime and what is at stake.
func (g *serviceGraph) workload(s movable, choices []method.Choice) problem.Workload {
	w := problem.Workload{
		Name: s.Name, Service: s.Name, Environment: s.Environment, Regulated: isRegulated(g.classOf(g.index[s.Name])), SizeBytes: g.size[s.Name],
		Downtime: problem.Minutes{Low: 0, High: -1}, RTOMinutes: int(s.RTO / time.Minute), Crews: 1,
	}
	w.Risk = map[estate.Criticality]int{estate.LifeCritical: 4, estate.BusinessCritical: 3, estate.Important: 2, estate.Deferrable: 1}[s.Criticality]
	if s.Criticality == "" {
		w.Risk = 2 // nobody stated it
	}
	if w.Regulated {
		w.Risk++
	}
	if s.Environment == estate.NonProduction {
		w.Risk = 0 // what can be learnt there is learnt early
	}
	for _, c := range choices {
		if c.Service == s.Name {
			w.Downtime.Low = int(c.Downtime.Low / time.Minute)
			if !c.Downtime.Unbounded && len(c.Pieces) > 0 {
				w.Downtime.High = int((c.Downtime.High + time.Minute - 1) / time.Minute)
			}
		}
	}
	return w
}

// weight says what a day costs on which a dependency's ends are on different sites: a conversation that people wait for
// weighs more than a transfer by night.
func weight(protocol string) int {
	switch strings.SplitN(protocol, "/", 2)[0] {
	case "postgresql", "redis", "ldap", "ldaps", "dicom", "nfs", "cifs":
		return 10
	case "hl7", "fhir", "http", "https", "xmlrpc", "odoo":
		return 5
	}
	return 1
}

// order is what has to move before what. A dependency to what does not move binds nothing; one between environments, and
// one that the policy lets cross, may reach over.
func (g *serviceGraph) order(policy estate.Policy) []problem.Dependency {
	byPair := map[[2]string]*problem.Dependency{}
	var pairs [][2]string
	for _, d := range g.dependencies {
		from, to := g.services[g.index[d.From]], g.services[g.index[d.To]]
		if !from.moves() || !to.moves() {
			continue
		}
		pair := [2]string{d.From, d.To}
		if byPair[pair] == nil {
			allowed := slices.ContainsFunc(policy.MayCross, func(m estate.Passage) bool { return m.From == d.From && m.To == d.To })
			byPair[pair] = &problem.Dependency{From: d.From, To: d.To, MayCross: allowed || from.Environment != to.Environment}
			pairs = append(pairs, pair)
		}
		byPair[pair].Weight += weight(d.Protocol)
	}
	var all []problem.Dependency
	for _, pair := range pairs {
		all = append(all, *byPair[pair])
	}
	return all
}

// proofs ask that rehearsals come first. A production service that nobody rehearses waits for all of non-production.
func (g *serviceGraph) proofs(policy estate.Policy, assumed []string) ([]problem.Proof, []string) {
	days := max(policy.NonProductionDaysBefore, 1)
	var proofs []problem.Proof
	var rehearsals []string
	proven := map[string]bool{}
	for _, s := range g.services {
		if s.Environment != estate.NonProduction || !s.moves() {
			continue
		}
		rehearsals = append(rehearsals, s.Name)
		for _, name := range s.Proves {
			if at, known := g.index[name]; known && g.services[at].moves() {
				proofs = append(proofs, problem.Proof{NonProduction: s.Name, Production: name, Days: days})
				proven[name] = true
			}
		}
	}
	var unproven []string
	for _, s := range g.services {
		if s.Environment != estate.Production || !s.moves() || proven[s.Name] {
			continue
		}
		unproven = append(unproven, s.Name)
		for _, rehearsal := range rehearsals {
			proofs = append(proofs, problem.Proof{NonProduction: rehearsal, Production: s.Name, Days: days})
		}
	}
	if len(unproven) > 0 {
		text := "no rehearsal is stated (proves:) of " + strings.Join(unproven, ", ") + ": nothing of the kind is proven before they move"
		if len(rehearsals) > 0 {
			text = "no rehearsal is stated (proves:) of " + strings.Join(unproven, ", ") + ": they wait for all of non-production"
		}
		assumed = append(assumed, text)
	}
	return proofs, assumed
}

// pins are people's words on when services move.
func (g *serviceGraph) pins(p *problem.Problem, in Input, zone *time.Location) error {
	for _, pin := range in.Pins {
		at, known := g.index[pin.Service]
		switch {
		case !known:
			return fmt.Errorf("%s: it pins service %q, which engagement.yaml does not name", pin.Where, pin.Service)
		case !g.services[at].moves():
			return fmt.Errorf("%s: it pins service %q, which is in no wave (%s)", pin.Where, pin.Service, g.services[at].stance())
		}
		bound := problem.Pin{Workload: pin.Service, By: pin.By, Reason: pin.Reason, Source: pin.Where}
		if day, err := time.ParseInLocation(time.DateOnly, pin.NotBefore, zone); err == nil {
			bound.NotBefore = day
		}
		if day, err := time.ParseInLocation(time.DateOnly, pin.NotAfter, zone); err == nil {
			bound.NotAfter = day.AddDate(0, 0, 1).Add(-time.Second)
		}
		p.Pins = append(p.Pins, bound)
	}
	return nil
}
