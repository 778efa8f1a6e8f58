package readiness

import (
	"fmt"

	"nightferry/classify/workload"
	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// Readiness is whether a workload can be moved.
type Readiness string

// The verdicts, from what can move to what cannot.
const (
	Ready      Readiness = "ready"
	Conditions Readiness = "ready with conditions"
	NotReady   Readiness = "not ready"
	Unknown    Readiness = "unknown"
)

// Verdicts lists them, what needs people most first.
func Verdicts() []Readiness { return []Readiness{NotReady, Unknown, Conditions, Ready} }

// Result is the readiness of a workload, why, and how sure that is.
type Result struct {
	Readiness  Readiness `json:"readiness"`
	Policy     string    `json:"policy"` // version of the table
	Blockers   []Reason  `json:"blockers,omitempty"`
	Conditions []Reason  `json:"conditions,omitempty"`
	Stars      int       `json:"stars"`    // 1 to 5
	Known      int       `json:"known"`    // sections of its assets that are known
	Sections   int       `json:"sections"` // that there are
	Days       float64   `json:"days"`     // of samples, of the machine that was watched least
}

// Reason is one thing in the way.
type Reason struct {
	Code     string   `json:"code"`
	Text     string   `json:"text"`
	Facts    []string `json:"facts,omitempty"` // what it rests on: "findings.critical = 5"
	NotKnown bool     `json:"not_known,omitempty"`
}

// Standing is what other tables said of a workload, as facts by name; see [Schema].
type Standing map[string]expr.Value

// Judge says whether a workload can be moved. Tallies count the known sections of assets, days for how long machines
// were sampled.
func (p *Policy) Judge(w *workload.Workload, standing Standing, tallies map[string]estate.Tally, days map[string]float64) Result {
	result := Result{Policy: p.Version, Days: watched(w, days)}
	for _, asset := range w.Assets() {
		result.Known += tallies[asset].Known
		result.Sections += tallies[asset].Sections
	}
	known := 0.0
	if result.Sections > 0 {
		known = float64(result.Known) / float64(result.Sections)
	}
	fact := func(name string) expr.Value {
		if name == "known.share" {
			return expr.Float(known)
		}
		if v, is := standing[name]; is {
			return v
		}
		return w.Fact(name)
	}
	result.Blockers = reasons(p.Blockers, fact)
	result.Conditions = reasons(p.Conditions, fact)
	result.Readiness = result.verdict(known < p.UnknownBelow)
	result.Stars = 1
	for _, s := range p.Stars {
		if known >= s.Known && result.Days >= s.Days {
			result.Stars = s.Stars
			break
		}
	}
	return result
}

func (r *Result) verdict(littleKnown bool) Readiness {
	unsure := littleKnown
	for _, b := range r.Blockers {
		if !b.NotKnown {
			return NotReady
		}
		unsure = true
	}
	switch {
	case unsure:
		return Unknown
	case len(r.Conditions) > 0:
		return Conditions
	}
	return Ready
}

// reasons lists the rules that hold, and those that cannot be judged.
func reasons(rules []Rule, fact func(string) expr.Value) []Reason {
	var list []Reason
	var judge expr.Judge
	for i := range rules {
		r := &rules[i]
		verdict := judge.Judge(r.when, fact)
		if verdict == expr.Fail {
			continue
		}
		reason := Reason{Code: r.Code, Text: r.Text, NotKnown: verdict == expr.NoData}
		for _, leaf := range r.when.Leaves() {
			v := fact(leaf)
			if reason.NotKnown && v.Coverage().IsKnown() {
				continue
			}
			reason.Facts = append(reason.Facts, fmt.Sprintf("%s = %s", leaf, v))
		}
		list = append(list, reason)
	}
	return list
}

// watched is for how many days the least watched machine of a workload was sampled.
func watched(w *workload.Workload, days map[string]float64) float64 {
	least := -1.0
	for _, h := range w.Machines() {
		if d := days[h.Name]; least < 0 || d < least {
			least = d
		}
	}
	return max(0, least)
}
