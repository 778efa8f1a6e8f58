package tenancy

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"nightferry/classify/workload"
	"nightferry/internal/estate"
	"nightferry/internal/expr"
	"nightferry/internal/yamlfile"
)

//go:embed tenancy.yaml
var rulesYAML string

// DefaultRules is the text of the embedded table of rules, to copy and change.
func DefaultRules() string { return rulesYAML }

// Rules is a table of rules, in the order in which they are asked.
type Rules struct {
	Version    string         `yaml:"version" json:"version"`
	UntilKnown estate.Tenancy `yaml:"until_known" json:"until_known"` // holds where the rules cannot be judged
	Rules      []Rule         `yaml:"rules" json:"rules"`
	Against    []Objection    `yaml:"against" json:"against"`
}

// Rule is one reason for a tenancy, argued under five heads.
type Rule struct {
	Code       string         `yaml:"code" json:"code"`
	When       string         `yaml:"when" json:"when"`
	Tenancy    estate.Tenancy `yaml:"tenancy" json:"tenancy"`
	Compliance string         `yaml:"compliance" json:"compliance"` // posture
	Cost       string         `yaml:"cost" json:"cost"`
	Change     string         `yaml:"change" json:"change"` // management of change
	Risk       string         `yaml:"risk" json:"risk"`     // how it is contained
	Fit        string         `yaml:"fit" json:"fit"`       // to what the workload is

	when *expr.Program
}

// Objection is evidence against a tenancy. It is shown, and decides nothing.
type Objection struct {
	Code    string           `yaml:"code" json:"code"`
	Tenancy []estate.Tenancy `yaml:"tenancy" json:"tenancy"` // that it speaks against
	When    string           `yaml:"when" json:"when"`
	Text    string           `yaml:"text" json:"text"`

	when *expr.Program
}

// LoadRules reads a table of rules; name is what faults call it. All faults are told at once, with line and column.
func LoadRules(name, text string) (*Rules, error) {
	f := yamlfile.Parse(name, []byte(text))
	var r Rules
	f.Bind(&r)
	need(f, "version", r.Version, "the table has no version", "add version: NAME; results name it")
	word(f, "until_known", r.UntilKnown)
	if len(r.Rules) == 0 {
		f.Fault("rules", "there is no rule: no tenancy could be told", "add rules, or leave the file out for the embedded table")
	}
	seen := map[string]bool{}
	for i := range r.Rules {
		rule, at := &r.Rules[i], fmt.Sprintf("rules[%d]", i)
		once(f, at, rule.Code, seen)
		word(f, at+".tenancy", rule.Tenancy)
		for _, head := range []struct{ key, value string }{{"compliance", rule.Compliance}, {"cost", rule.Cost}, {"change", rule.Change}, {"risk", rule.Risk}, {"fit", rule.Fit}} {
			need(f, at+"."+head.key, head.value, "a rule that does not argue "+head.key, "say in a sentence what speaks for its tenancy there")
		}
		rule.when = workload.Compile(f, at+".when", rule.When, workload.Schema())
	}
	for i := range r.Against {
		o, at := &r.Against[i], fmt.Sprintf("against[%d]", i)
		once(f, at, o.Code, seen)
		need(f, at+".text", o.Text, "it does not say what speaks against it", "add text:")
		if len(o.Tenancy) == 0 {
			f.Fault(at+".tenancy", "it speaks against nothing", "add tenancy: [dedicated]")
		}
		for j, t := range o.Tenancy {
			word(f, fmt.Sprintf("%s.tenancy[%d]", at, j), t)
		}
		o.when = workload.Compile(f, at+".when", o.When, workload.Schema())
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	return &r, nil
}

func need(f *yamlfile.File, path, value, text, mend string) {
	if strings.TrimSpace(value) == "" && !f.Faulty(path) {
		f.Fault(path, text, mend)
	}
}

func word(f *yamlfile.File, path string, t estate.Tenancy) {
	if !slices.Contains(estate.Tenancies(), t) && !f.Faulty(path) {
		f.Fault(path, fmt.Sprintf("%.40q is no tenancy", t), "write dedicated, hybrid or shared")
	}
}

func once(f *yamlfile.File, at, code string, seen map[string]bool) {
	need(f, at+".code", code, "it has no code", "add code: a name that results can give")
	if seen[code] && code != "" {
		f.Fault(at+".code", fmt.Sprintf("%.60q is a code already", code), "give each a code of its own")
	}
	seen[code] = true
}

// Result is the tenancy of a workload, and why.
type Result struct {
	Tenancy  estate.Tenancy          `json:"tenancy"`               // decided by a person, else by the rules
	Advised  estate.Tenancy          `json:"advised"`               // by the rules
	Rule     string                  `json:"rule,omitempty"`        // that decided; empty where none could
	Policy   string                  `json:"policy"`                // version of the rules
	Until    estate.Tenancy          `json:"until_known,omitempty"` // what to plan with while it is unknown
	Lacks    []string                `json:"lacks,omitempty"`       // facts that would decide
	Against  []string                `json:"against,omitempty"`     // what speaks against it
	Approved *estate.TenancyApproval `json:"approved,omitempty"`    // nil: nobody has approved it
}

// State says in words who stands for the tenancy.
func (r Result) State() string {
	switch {
	case r.Approved == nil:
		return "approved by nobody"
	case r.Approved.Tenancy != r.Advised:
		return fmt.Sprintf("decided by %s on %s, against the rules: %s", r.Approved.By, r.Approved.Date, r.Approved.Reason)
	}
	return fmt.Sprintf("approved by %s on %s", r.Approved.By, r.Approved.Date)
}

// Judge says which tenancy a workload should have. Approvals are by workload.
func (r *Rules) Judge(w *workload.Workload, approvals map[string]estate.TenancyApproval) Result {
	result := Result{Advised: estate.UnknownTenancy, Policy: r.Version}
	var judge expr.Judge
	for i := range r.Rules {
		rule := &r.Rules[i]
		verdict := judge.Judge(rule.when, w.Fact)
		if verdict == expr.Pass {
			result.Advised, result.Rule = rule.Tenancy, rule.Code
			break
		}
		if verdict == expr.NoData {
			result.Lacks, result.Until = lacks(rule.when, w), r.UntilKnown
			break
		}
	}
	if result.Rule == "" && result.Until == "" {
		result.Lacks, result.Until = []string{"a rule that holds"}, r.UntilKnown
	}
	result.Tenancy = result.Advised
	if a, decided := approvals[w.Name]; decided {
		result.Approved, result.Tenancy, result.Until = &a, a.Tenancy, ""
	}
	against := result.Tenancy
	if result.Until != "" {
		against = result.Until
	}
	for i := range r.Against {
		o := &r.Against[i]
		if slices.Contains(o.Tenancy, against) && judge.Judge(o.when, w.Fact) == expr.Pass {
			result.Against = append(result.Against, o.Text)
		}
	}
	return result
}

// lacks names the facts of an expression that are not known.
func lacks(p *expr.Program, w *workload.Workload) []string {
	return slices.DeleteFunc(p.Leaves(), func(leaf string) bool { return w.Fact(leaf).Coverage().IsKnown() })
}
