package expr

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm"
)

// Judge evaluates the expression over facts. What is missing, or has another type than was declared, gives no-data
// wherever it would decide: false and missing is false, true or missing is true, everything else with missing is no-data.
func (p *Program) Judge(facts Facts) Verdict {
	return p.JudgeBy(func(leaf string) Value { return facts[leaf] })
}

// JudgeBy is Judge over facts that are asked for by name, each once and only where it can still decide.
func (p *Program) JudgeBy(fact func(leaf string) Value) Verdict { return new(Judge).Judge(p, fact) }

// Judge judges one expression after another and keeps its working memory between them. It is for one goroutine; the
// zero value is ready.
type Judge struct {
	fact   func(string) Value
	schema Schema
	env    map[string]any // known leaves, as the library takes them
	asked  []string
	known  []bool // of asked, in its order
	vm     vm.VM
}

// Judge is [Program.JudgeBy].
func (j *Judge) Judge(p *Program, fact func(leaf string) Value) Verdict {
	j.fact, j.schema, j.asked, j.known = fact, p.schema, j.asked[:0], j.known[:0]
	if j.env == nil {
		j.env = map[string]any{}
	}
	return p.root.judge(j)
}

// knows asks for a leaf, and tells whether it is known and of the type that was declared.
func (j *Judge) knows(leaf string) bool {
	if i := slices.Index(j.asked, leaf); i >= 0 {
		return j.known[i]
	}
	value := j.fact(leaf)
	known := value.Coverage().IsKnown() && value.Type() == j.schema[leaf]
	if known {
		place(j.env, leaf, value.held) // what an earlier judgement left there is only asked for after it was known anew
	}
	j.asked, j.known = append(j.asked, leaf), append(j.known, known)
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

func (n node) judge(j *Judge) Verdict {
	switch n.op {
	case "not":
		return not(n.operands[0].judge(j))
	case "and":
		left := n.operands[0].judge(j)
		if left == Fail {
			return Fail
		}
		return both(left, n.operands[1].judge(j))
	case "or":
		left := n.operands[0].judge(j)
		if left == Pass {
			return Pass
		}
		// Not (not a and not b): one table is enough.
		return not(both(not(left), not(n.operands[1].judge(j))))
	}
	for _, leaf := range n.leaves {
		if !j.knows(leaf) {
			return NoData
		}
	}
	result, err := j.vm.Run(n.program, j.env)
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
