package recovery

import (
	"fmt"
	"slices"
	"time"

	"nightferry/classify/workload"
	"nightferry/internal/estate"
)

// Verdict is how a demand stands against the evidence.
type Verdict string

// The verdicts, the worst first.
const (
	Missed   Verdict = "missed"     // it is not met
	Unknown  Verdict = "unknown"    // what would tell is not known
	AtRisk   Verdict = "at risk"    // met at best, missed at worst
	Unproven Verdict = "not proven" // it would be met if a backup can be restored, which nobody has shown
	Met      Verdict = "met"
)

// Range is a time in seconds at best and at worst.
type Range struct {
	Low  *int64 `json:"low_seconds"`   // nil where not even the best is known
	High *int64 `json:"high_seconds"`  // nil where there is no bound that evidence supports
	All  bool   `json:"all,omitempty"` // there is nothing to restore from: all is lost, and nothing comes back
}

// Result is the recovery of one business service.
type Result struct {
	Service  string    `json:"service"`
	AsOf     time.Time `json:"as_of,omitzero"` // the newest look at its assets
	Policy   string    `json:"policy"`         // version of the table
	Tier     string    `json:"tier,omitempty"` // empty where none can be told
	RTO      Demand    `json:"rto"`
	RPO      Demand    `json:"rpo"`
	Parts    []Part    `json:"parts"`
	Singles  []string  `json:"single_points,omitempty"` // what nothing stands in for
	Assumed  []string  `json:"assumptions,omitempty"`
	Unknowns []string  `json:"unknown,omitempty"` // what would tell more
}

// Demand is what is required and what the evidence supports.
type Demand struct {
	Required int64   `json:"required_seconds,omitempty"` // 0 where neither people nor the table say
	By       string  `json:"by,omitempty"`               // who says so
	Supports Range   `json:"supports"`
	Verdict  Verdict `json:"verdict"`
}

// Part is something of a service that has to come back: a database, or the files of a machine.
type Part struct {
	Asset   string          `json:"asset"` // "postgres/erp/clinic", "host/erp-app"
	Bytes   int64           `json:"bytes"` // -1 where the size is not known
	Backup  string          `json:"backup"`
	Newest  time.Time       `json:"newest,omitzero"`  // newest sign that a backup worked
	Proven  *estate.Restore `json:"proven,omitempty"` // nil: nobody has restored it in time
	Loss    Range           `json:"loss"`
	Restore Range           `json:"restore"`
	Why     []string        `json:"why"`
	Unknown []string        `json:"unknown,omitempty"`
}

// Judge says how each business service would recover, in the order of the workloads. Restores are what people say they
// tried; findings tell what nothing stands in for.
func (p *Policy) Judge(all []workload.Workload, restores []estate.Restore, findings []estate.Finding) []Result {
	singles := map[string][]estate.Finding{}
	for _, f := range findings {
		if f.Code == "single-point-of-failure" || f.Code == "service-on-single-machines" {
			singles[f.Asset] = append(singles[f.Asset], f)
		}
	}
	results := []Result{}
	for i := range all {
		w := &all[i]
		if w.Service() == nil {
			continue
		}
		r := p.service(w, restores)
		for _, asset := range w.Assets() {
			for _, f := range singles[asset] {
				r.Singles = append(r.Singles, f.Asset+": "+f.Evidence[0])
			}
		}
		results = append(results, r)
	}
	return results
}

func (p *Policy) service(w *workload.Workload, restores []estate.Restore) Result {
	r := Result{Service: w.Service().Name, Policy: p.Version, Parts: []Part{}}
	p.require(&r, w)
	standby := true
	for _, name := range w.Databases {
		part, follows := p.database(w, name, restores)
		standby = standby && follows
		r.Parts = append(r.Parts, part)
	}
	for _, h := range w.Machines() {
		r.AsOf = later(r.AsOf, h.Collected.At)
		if !slices.ContainsFunc(w.DatabaseServers(), func(s *estate.PostgresServer) bool { return s.Host == h.Name }) {
			r.Parts = append(r.Parts, p.files(h, restores))
			standby = false
		}
	}
	for _, s := range w.DatabaseServers() {
		r.AsOf = later(r.AsOf, s.Collected.At)
		if !s.Databases.Coverage.IsKnown() {
			r.Parts = append(r.Parts, Part{Asset: "postgres/" + s.Name, Bytes: -1, Backup: "unknown", Unknown: []string{"postgres/" + s.Name + ": which databases it holds is not known"}})
			standby = false
		}
	}
	p.sum(&r, len(w.Hosts), standby && len(w.Databases) > 0)
	if len(r.Parts) == 0 {
		r.Unknowns = append(r.Unknowns, "nothing of it is in the inventory")
	}
	return r
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// require takes what people state, else what the table says.
func (p *Policy) require(r *Result, w *workload.Workload) {
	tier, lacks := p.tierOf(w)
	if tier != nil {
		r.Tier = tier.Tier
	}
	pick := func(d *Demand, stated time.Duration, of func(*Tier) time.Duration) {
		switch {
		case stated > 0:
			d.Required, d.By = int64(stated/time.Second), "engagement.yaml"
		case tier != nil:
			d.Required, d.By = int64(of(tier)/time.Second), "tier "+tier.Tier+" of "+p.Version
		default:
			d.By = "nobody: not stated, and no tier can be told"
		}
	}
	pick(&r.RTO, w.Service().RTO, func(t *Tier) time.Duration { return t.RTO })
	pick(&r.RPO, w.Service().RPO, func(t *Tier) time.Duration { return t.RPO })
	if r.RTO.Required == 0 || r.RPO.Required == 0 {
		for _, lack := range lacks {
			r.Unknowns = append(r.Unknowns, "no tier without "+lack)
		}
	}
}

// sum adds the parts up. At best everything comes back at once, at worst one after another.
func (p *Policy) sum(r *Result, machines int, standby bool) {
	a := p.Assumptions
	rebuild := a.Machine
	if standby {
		rebuild = a.Failover
	}
	back := Range{seconds(a.Decide.Low + rebuild.Low), seconds(a.Decide.High + time.Duration(machines)*rebuild.High), false}
	loss := Range{seconds(0), seconds(0), false}
	longest, proven := int64(0), true
	for _, part := range r.Parts {
		loss = loss.worse(part.Loss)
		back.All = back.All || part.Restore.All
		if part.Restore.Low != nil {
			longest = max(longest, *part.Restore.Low)
		}
		if part.Restore.High == nil {
			back.High = nil
		} else if back.High != nil {
			*back.High += *part.Restore.High
		}
		proven = proven && part.Proven != nil
		r.Unknowns = append(r.Unknowns, part.Unknown...)
	}
	*back.Low += longest
	if len(r.Parts) == 0 {
		back, loss = Range{}, Range{}
	}
	r.RTO.Supports, r.RPO.Supports = back, loss
	unsure := len(r.Unknowns) > 0
	r.RTO.Verdict, r.RPO.Verdict = r.RTO.judge(proven, unsure), r.RPO.judge(proven, unsure)
	if r.RPO.Verdict == AtRisk {
		r.RPO.Verdict = Missed // a loss is bounded by its worst
	}
	anew := "for each machine made anew, at worst one after another"
	if standby {
		anew = "to turn to the standby"
	}
	r.Assumed = []string{
		fmt.Sprintf("%s to %s until it is noticed and decided", Length(a.Decide.Low), Length(a.Decide.High)),
		fmt.Sprintf("%s to %s %s", Length(rebuild.Low), Length(rebuild.High), anew),
		fmt.Sprintf("%g to %g MB/s where no restore was measured, %g times the exercise where one was", a.Rate.Low, a.Rate.High, a.Slack),
		"a backup that lies on a machine is of all databases on it",
	}
}

// judge holds a demand against what is supported. unsure tells that something is not known which could lower the worst.
func (d Demand) judge(proven, unsure bool) Verdict {
	s := d.Supports
	switch {
	case s.All:
		return Missed
	case d.Required == 0 || s.Low == nil && s.High == nil:
		return Unknown
	case s.Low != nil && *s.Low > d.Required:
		return Missed
	case s.High == nil || unsure && *s.High > d.Required:
		return Unknown
	case *s.High > d.Required:
		return AtRisk
	case !proven:
		return Unproven
	}
	return Met
}

// worse joins two ranges of which both must hold.
func (a Range) worse(b Range) Range {
	worst := Range{All: a.All || b.All}
	if a.Low != nil && b.Low != nil {
		worst.Low = seconds(time.Duration(max(*a.Low, *b.Low)) * time.Second)
	}
	if a.High != nil && b.High != nil {
		worst.High = seconds(time.Duration(max(*a.High, *b.High)) * time.Second)
	}
	return worst
}

func seconds(d time.Duration) *int64 {
	n := int64(d / time.Second)
	return &n
}
