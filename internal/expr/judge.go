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

// JudgeBy is Judge over facts that are asked for by name, each that the expression uses once.
func (p *Program) JudgeBy(fact func(leaf string) Value) Verdict {
	env := map[string]any{}
	known := map[string]bool{}
	for _, leaf := range p.leaves {
		value := fact(leaf)
		if value.Coverage().IsKnown() && value.Type() == p.schema[leaf] {
			known[leaf] = true
			place(env, leaf, value.held)
		}
	}
	return p.root.judge(env, known)
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

func (n node) judge(env map[string]any, known map[string]bool) Verdict {
	switch n.op {
	case "not":
		return not(n.operands[0].judge(env, known))
	case "and":
		return both(n.operands[0].judge(env, known), n.operands[1].judge(env, known))
	case "or":
		// Not (not a and not b): one table is enough.
		return not(both(not(n.operands[0].judge(env, known)), not(n.operands[1].judge(env, known))))
	}
	for _, leaf := range n.leaves {
		if !known[leaf] {
			return NoData
		}
	}
	result, err := expr.Run(n.program, env)
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
