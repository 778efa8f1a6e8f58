package expr

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
)

// Judge evaluates the expression over facts. What is missing, or has another type than was declared, gives no-data
// wherever it would decide: false and missing is false, true or missing is true, everything else with missing is no-data.
func (p *Program) Judge(facts Facts) Verdict {
	return p.JudgeBy(func(leaf string) Value { return facts[leaf] })
}

// JudgeBy is Judge over facts that are asked for by name, each once and only where it can still decide.
func (p *Program) JudgeBy(fact func(leaf string) Value) Verdict {
	s := scene{fact: fact, schema: p.schema, env: map[string]any{}}
	return p.root.judge(&s)
}

// scene holds the facts of one judgement as far as they were asked for.
type scene struct {
	fact   func(string) Value
	schema Schema
	env    map[string]any // known leaves, as the library takes them
	asked  []string
	known  []bool // of asked, in its order
}

// knows asks for a leaf, and tells whether it is known and of the type that was declared.
func (s *scene) knows(leaf string) bool {
	if i := slices.Index(s.asked, leaf); i >= 0 {
		return s.known[i]
	}
	value := s.fact(leaf)
	known := value.Coverage().IsKnown() && value.Type() == s.schema[leaf]
	if known {
		place(s.env, leaf, value.held)
	}
	s.asked, s.known = append(s.asked, leaf), append(s.known, known)
	return known
}

func place(env map[string]any, leaf string, held any) {
	group, field, grouped := strings.Cut(leaf, ".")
	if !grouped {
		env[leaf] = held
		return
	}
	fields, ok := env[group].(map[string]any)
	if !ok {
		fields = map[string]any{}
		env[group] = fields
	}
	fields[field] = held
}

func (n node) judge(s *scene) Verdict {
	switch n.op {
	case "not":
		return not(n.operands[0].judge(s))
	case "and":
		left := n.operands[0].judge(s)
		if left == Fail {
			return Fail
		}
		return both(left, n.operands[1].judge(s))
	case "or":
		left := n.operands[0].judge(s)
		if left == Pass {
			return Pass
		}
		// Not (not a and not b): one table is enough.
		return not(both(not(left), not(n.operands[1].judge(s))))
	}
	for _, leaf := range n.leaves {
		if !s.knows(leaf) {
			return NoData
		}
	}
	result, err := expr.Run(n.program, s.env)
	truth, ok := result.(bool)
	switch {
	case err != nil || !ok:
		return NoData
	case truth:
		return Pass
	}
	return Fail
}

func not(v Verdict) Verdict {
	switch v {
	case Pass:
		return Fail
	case Fail:
		return Pass
	}
	return NoData
}

func both(a, b Verdict) Verdict {
	switch {
	case a == Fail || b == Fail:
		return Fail
	case a == Pass && b == Pass:
		return Pass
	}
	return NoData
}

func (s Schema) names() []string { return slices.Sorted(maps.Keys(s)) }
