// Package readiness says whether a workload can be moved: ready, ready with conditions, not ready or unknown, with the
// reasons, and how sure that is. What blocks is a table ([DefaultPolicy]) that an engagement may replace; every result
// names the version it follows. It is pure.
package readiness

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"

	"nightferry/classify/workload"
	"nightferry/internal/expr"
	"nightferry/internal/yamlfile"
)

//go:embed readiness.yaml
var policyYAML string

// DefaultPolicy is the text of the embedded table, to copy and change.
func DefaultPolicy() string { return policyYAML }

// Policy is a table of what keeps a workload from moving.
type Policy struct {
	Version      string  `yaml:"version" json:"version"`
	UnknownBelow float64 `yaml:"unknown_below" json:"unknown_below"` // share of sections
	Blockers     []Rule  `yaml:"blockers" json:"blockers"`
	Conditions   []Rule  `yaml:"conditions" json:"conditions"`
	Stars        []Star  `yaml:"stars" json:"stars"` // the best first
}

// Rule is one thing that keeps a workload from moving, or must be settled before.
type Rule struct {
	Code string `yaml:"code" json:"code"`
	When string `yaml:"when" json:"when"`
	Text string `yaml:"text" json:"text"`

	when *expr.Program
}

// Star is what must be known for a confidence.
type Star struct {
	Stars int     `yaml:"stars" json:"stars"` // 2 to 5; 1 is what is left
	Known float64 `yaml:"known" json:"known"` // share of sections
	Days  float64 `yaml:"days" json:"days"`   // of samples, of the machine that was watched least
}

// Schema declares what the table can ask for: the facts of a workload, and what the other tables said of it.
func Schema() expr.Schema {
	schema := maps.Clone(workload.Schema())
	maps.Copy(schema, expr.Schema{"known.share": expr.TypeFloat, "tenancy.known": expr.TypeBool, "tenancy.approved": expr.TypeBool,
		"recovery.rto": expr.TypeText, "recovery.rpo": expr.TypeText, "recovery.lost": expr.TypeBool, "recovery.proven": expr.TypeBool, "modules.stuck": expr.TypeInt})
	return schema
}

// LoadPolicy reads a table; name is what faults call it. All faults are told at once, with line and column.
func LoadPolicy(name, text string) (*Policy, error) {
	f := yamlfile.Parse(name, []byte(text))
	var p Policy
	f.Bind(&p)
	if strings.TrimSpace(p.Version) == "" {
		f.Fault("version", "the table has no version", "add version: NAME; results name it")
	}
	share(f, "unknown_below", p.UnknownBelow)
	if len(p.Blockers) == 0 {
		f.Fault("blockers", "nothing would keep a workload from moving", "add blockers, or leave the file out for the embedded table")
	}
	seen := map[string]bool{}
	schema := Schema()
	for _, list := range []struct {
		key   string
		rules []Rule
	}{{"blockers", p.Blockers}, {"conditions", p.Conditions}} {
		for i := range list.rules {
			r, at := &list.rules[i], fmt.Sprintf("%s[%d]", list.key, i)
			switch {
			case strings.TrimSpace(r.Code) == "":
				f.Fault(at+".code", "it has no code", "add code: a name that results can give")
			case seen[r.Code]:
				f.Fault(at+".code", fmt.Sprintf("%.60q is a code already", r.Code), "give each a code of its own")
			}
			seen[r.Code] = true
			if strings.TrimSpace(r.Text) == "" && !f.Faulty(at+".text") {
				f.Fault(at+".text", "it does not say what is in the way", "add text:")
			}
			r.when = workload.Compile(f, at+".when", r.When, schema)
		}
	}
	p.checkStars(f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return &p, nil
}

func share(f *yamlfile.File, at string, n float64) {
	if !(n >= 0 && n <= 1) {
		f.Fault(at, "a share is from 0 to 1", "write 0.4 for forty of a hundred")
	}
}

func (p *Policy) checkStars(f *yamlfile.File) {
	for i, s := range p.Stars {
		at := fmt.Sprintf("stars[%d]", i)
		share(f, at+".known", s.Known)
		switch {
		case s.Stars < 2 || s.Stars > 5:
			f.Fault(at+".stars", "stars are from 2 to 5; 1 is what is left", "")
		case i > 0 && s.Stars >= p.Stars[i-1].Stars:
			f.Fault(at+".stars", "the best must come first: the first row that is reached counts", "sort them")
		}
		if !(s.Days >= 0) {
			f.Fault(at+".days", "less than no day", "write 0 where samples are not needed")
		}
	}
}
