// Package recovery holds what each business service must recover within against what the evidence supports: the newest
// backup and whether one was ever restored, the archive of the write-ahead log, sizes, measured or assumed rates, and
// what nothing stands in for. Results are ranges with their assumptions; what is not known stays unknown. It is pure.
package recovery

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/classify/workload"
	"nightferry/internal/expr"
	"nightferry/internal/yamlfile"
)

//go:embed recovery.yaml
var policyYAML string

// DefaultPolicy is the text of the embedded table, to copy and change.
func DefaultPolicy() string { return policyYAML }

// Policy is a table of tiers, and what is assumed where nothing was measured.
type Policy struct {
	Version     string      `yaml:"version" json:"version"`
	Tiers       []Tier      `yaml:"tiers" json:"tiers"`
	Assumptions Assumptions `yaml:"assumptions" json:"assumptions"`
}

// Tier is what services of one kind must recover within. Times are nanoseconds.
type Tier struct {
	Tier string        `yaml:"tier" json:"tier"`
	When string        `yaml:"when" json:"when"`
	RTO  time.Duration `yaml:"rto" json:"rto"`
	RPO  time.Duration `yaml:"rpo" json:"rpo"`
	Why  string        `yaml:"why" json:"why"`

	when *expr.Program
}

// Assumptions are what a recovery is reckoned with. Times are nanoseconds.
type Assumptions struct {
	Proof    time.Duration `yaml:"proof" json:"proof"`       // how long a restore proves that backups can be restored
	Decide   Span          `yaml:"decide" json:"decide"`     // until somebody decides to restore
	Machine  Span          `yaml:"machine" json:"machine"`   // a machine made anew
	Failover Span          `yaml:"failover" json:"failover"` // to a standby
	Rate     Rate          `yaml:"megabytes_per_second" json:"megabytes_per_second"`
	Slack    float64       `yaml:"measured_slack" json:"measured_slack"` // factor on what was measured, at worst
}

// Span is a time at best and at worst, in nanoseconds.
type Span struct {
	Low  time.Duration `yaml:"low" json:"low"`
	High time.Duration `yaml:"high" json:"high"`
}

// Rate is what a restore writes at worst and at best, in decimal megabytes a second.
type Rate struct {
	Low  float64 `yaml:"low" json:"low"`
	High float64 `yaml:"high" json:"high"`
}

// LoadPolicy reads a table; name is what faults call it. All faults are told at once, with line and column.
func LoadPolicy(name, text string) (*Policy, error) {
	f := yamlfile.Parse(name, []byte(text))
	var p Policy
	f.Bind(&p)
	if strings.TrimSpace(p.Version) == "" {
		f.Fault("version", "the table has no version", "add version: NAME; results name it")
	}
	if len(p.Tiers) == 0 {
		f.Fault("tiers", "there is no tier: nothing would be demanded where nobody stated it", "add tiers, or leave the file out for the embedded table")
	}
	seen := map[string]bool{}
	for i := range p.Tiers {
		t, at := &p.Tiers[i], fmt.Sprintf("tiers[%d]", i)
		switch {
		case strings.TrimSpace(t.Tier) == "":
			f.Fault(at+".tier", "a tier without a name", "add tier:")
		case seen[t.Tier]:
			f.Fault(at+".tier", fmt.Sprintf("%.40q is a tier already", t.Tier), "give each a name of its own")
		}
		seen[t.Tier] = true
		positive(f, at+".rto", t.RTO)
		positive(f, at+".rpo", t.RPO)
		t.when = workload.Compile(f, at+".when", t.When, workload.Schema())
	}
	p.Assumptions.check(f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return &p, nil
}

// longest bounds the times of a table, so that sums of them are times still.
const longest = 10 * 365 * 24 * time.Hour

func positive(f *yamlfile.File, at string, d time.Duration) {
	switch {
	case f.Faulty(at):
	case d <= 0:
		f.Fault(at, "a time that is not stated, or none at all", "write it like 15m, 4h or 2d")
	case d > longest:
		f.Fault(at, "longer than ten years", "write it like 15m, 4h or 2d")
	}
}

func (a *Assumptions) check(f *yamlfile.File) {
	const at = "assumptions"
	positive(f, at+".proof", a.Proof)
	for _, span := range []struct {
		key string
		Span
	}{{"decide", a.Decide}, {"machine", a.Machine}, {"failover", a.Failover}} {
		positive(f, at+"."+span.key+".high", span.High)
		if span.Low > span.High {
			f.Fault(at+"."+span.key+".low", "it is more at best than at worst", "swap the two")
		}
	}
	if r := a.Rate; !(r.Low >= 0.001 && r.Low <= r.High && r.High <= 1e6) {
		f.Fault(at+".megabytes_per_second", "a rate is from low to high, from 0.001 to 1,000,000", "write {low: 10, high: 100}")
	}
	if !(a.Slack >= 1 && a.Slack <= 100) {
		f.Fault(at+".measured_slack", "a factor on what was measured is from 1 to 100", "write 1.5 for half as long again")
	}
}

// tierOf is the tier of a service, or nil where none can be told; lacks names the facts that would.
func (p *Policy) tierOf(w *workload.Workload) (tier *Tier, lacks []string) {
	var judge expr.Judge
	for i := range p.Tiers {
		switch judge.Judge(p.Tiers[i].when, w.Fact) {
		case expr.Pass:
			return &p.Tiers[i], nil
		case expr.NoData:
			for _, leaf := range p.Tiers[i].when.Leaves() {
				if !w.Fact(leaf).Coverage().IsKnown() && !slices.Contains(lacks, leaf) {
					lacks = append(lacks, leaf)
				}
			}
		case expr.Fail:
		}
	}
	return nil, lacks
}
