package expr

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// Limits of one expression. A person must be able to read it at three in the morning.
const (
	maxSource = 2000 // bytes
	maxNodes  = 200
)

// Elapsed is the leaf that every gate has: how long the run has been going.
const Elapsed = "elapsed"

// Program is a compiled expression. It is safe for concurrent use.
type Program struct {
	source string
	root   node
	leaves []string // sorted
	schema Schema   // of the leaves
}

// String is the expression as it was written.
func (p *Program) String() string { return p.source }

// Leaves are the names of the facts that it uses, sorted.
func (p *Program) Leaves() []string { return slices.Clone(p.leaves) }

// Error is a mistake in an expression.
type Error struct {
	Line   int // from 1, within the expression
	Column int // from 1, in characters
	Text   string
	Mend   string // may be empty
}

// Error tells the place and the mistake.
func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Text) }

// Offset is how many characters of the source stand before the mistake.
func (e *Error) Offset(source string) int {
	offset := 0
	for n, line := range strings.SplitAfter(source, "\n") {
		if n == e.Line-1 {
			break
		}
		offset += len([]rune(line))
	}
	return offset + e.Column - 1
}

// node is a piece of the expression: a truth joined of others, or an atom that is evaluated as a whole.
type node struct {
	op       string // "and", "or", "not"; empty for an atom
	operands []node
	leaves   []string    // an atom's facts
	program  *vm.Program // an atom's code
}

// Compile checks source against the leaves of schema and makes it ready to judge. It fails with an [Error].
//
// The language is small on purpose: numbers, durations (30m, 1h30m), true, false, leaves, comparisons, + - * and
// division by a number, and, or, not, brackets, abs, min and max. Where a leaf holds a text, there are also texts in
// quotation marks, `in ["a", "b"]`, contains, startsWith and endsWith.
func Compile(source string, schema Schema) (*Program, error) {
	if len(source) > maxSource {
		return nil, &Error{1, 1, fmt.Sprintf("the expression is longer than %d bytes", maxSource), "split it into steps"}
	}
	text, err := spell(source, schema.hasText())
	if err != nil {
		return nil, err
	}
	options := options(schema)
	config := conf.CreateNew()
	for _, option := range options {
		option(config)
	}
	for name := range config.Disabled {
		delete(config.Builtins, name)
	}
	tree, failed := checker.ParseCheck(text.spelt, config)
	if failed != nil {
		return nil, text.explain(failed, schema)
	}
	c := compiler{text: text, schema: schema, options: options, seen: map[string]bool{}, lists: map[ast.Node]bool{}}
	c.allow(tree.Node)
	if c.err != nil {
		return nil, c.err
	}
	root := c.build(tree.Node)
	if c.err != nil {
		return nil, c.err
	}
	leaves := slices.Sorted(maps.Keys(c.seen))
	return &Program{source: source, root: root, leaves: leaves, schema: schema}, nil
}

// options declare the leaves and nothing else.
func options(schema Schema) []expr.Option {
	return []expr.Option{
		expr.Env(environment(schema)), expr.AsBool(), expr.WarnOnAny(), expr.Optimize(false), expr.MaxNodes(maxNodes), expr.DisableIfOperator(),
		expr.DisableAllBuiltins(), expr.EnableBuiltin("duration"), expr.EnableBuiltin("abs"), expr.EnableBuiltin("min"), expr.EnableBuiltin("max"),
	}
}

func environment(schema Schema) types.Map {
	env := types.Map{}
	for name, t := range schema {
		group, field, grouped := strings.Cut(name, ".")
		if !grouped {
			env[name] = typeOf(t)
			continue
		}
		fields, ok := env[group].(types.Map)
		if !ok {
			fields = types.Map{}
			env[group] = fields
		}
		fields[field] = typeOf(t)
	}
	return env
}

func typeOf(t Type) types.Type {
	switch t {
	case TypeInt:
		return types.Int64
	case TypeFloat:
		return types.Float64
	case TypeBool:
		return types.Bool
	case TypeDuration:
		return types.TypeOf(time.Duration(0))
	case TypeText:
		return types.String
	}
	return types.Nil // takes part in nothing
}

// compiler walks a checked tree.
type compiler struct {
	text    spelling
	schema  Schema
	options []expr.Option
	seen    map[string]bool
	lists   map[ast.Node]bool // that stand behind an "in"
	err     error
}

func (c *compiler) refuse(n ast.Node, text, mend string) {
	if c.err == nil {
		c.err = c.text.at(n.Location().From, text, mend)
	}
}

// build splits the tree at its truths, where a missing leaf need not decide. It asks for the truths only: what lies
// below a comparison is one atom.
func (c *compiler) build(n ast.Node) node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return node{op: "not", operands: []node{c.build(n.Node)}}
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&":
			return node{op: "and", operands: []node{c.build(n.Left), c.build(n.Right)}}
		case "or", "||":
			return node{op: "or", operands: []node{c.build(n.Left), c.build(n.Right)}}
		}
	}
	program, err := expr.Compile(n.String(), c.options...)
	if err != nil {
		c.refuse(n, "this part is not a truth: "+message(err), "compare it with something")
		return node{}
	}
	leaves := leavesOf(n)
	for _, leaf := range leaves {
		c.seen[leaf] = true
	}
	return node{leaves: leaves, program: program}
}

// leavesOf lists the facts that a checked tree uses.
func leavesOf(n ast.Node) []string {
	var names []string
	each(n, func(n ast.Node) bool {
		name, is := leafName(n)
		if is {
			names = append(names, name)
		}
		return !is
	})
	slices.Sort(names)
	return slices.Compact(names)
}

func leafName(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value, true
	case *ast.MemberNode:
		group, ok := n.Node.(*ast.IdentifierNode)
		field, named := n.Property.(*ast.StringNode)
		if ok && named {
			return group.Value + "." + field.Value, true
		}
	}
	return "", false
}

// message is what the library says of an error, without its drawing.
func message(err error) string {
	if at, is := errors.AsType[*file.Error](err); is {
		return at.Message
	}
	return err.Error()
}

// isDuration says that a checked node is a length of time.
func isDuration(n ast.Node) bool { return n.Type() == reflect.TypeFor[time.Duration]() }
