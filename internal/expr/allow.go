package expr

import (
	"fmt"
	"reflect"

	"github.com/expr-lang/expr/ast"
)

// allow refuses what the library knows and gates must not: everything that is not in the list. What a new version of
// the library brings is refused as well.
func (c *compiler) allow(root ast.Node) {
	each(root, func(n ast.Node) bool {
		if c.err != nil {
			return false
		}
		if name, is := leafName(n); is {
			c.allowLeaf(n, name)
			return false
		}
		switch n := n.(type) {
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
		case *ast.UnaryNode:
			return true
		case *ast.ArrayNode:
			if !c.lists[n] {
				c.refuse(n, "a list stands behind \"in\" alone", "")
			}
		case *ast.BinaryNode:
			c.allowOperator(n)
		case *ast.BuiltinNode:
			c.allowCall(n, n.Name, n.Arguments)
		case *ast.CallNode:
			if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
				c.allowCall(n, callee.Value, n.Arguments)
				for _, argument := range n.Arguments {
					c.allow(argument)
				}
				return false // the callee is no leaf
			}
			c.refuse(n, "this call is not allowed", "use abs, min or max")
		default:
			c.refuse(n, "this is not allowed in a gate", "use numbers, durations, facts, comparisons, + - * /, and, or, not")
		}
		return true
	})
}

func (c *compiler) allowLeaf(n ast.Node, name string) {
	if _, known := c.schema[name]; !known {
		c.refuse(n, fmt.Sprintf("%s is no single fact", name), "name one of its facts: "+name+".NAME")
	}
	if member, ok := n.(*ast.MemberNode); ok && member.Optional {
		c.refuse(n, "?. is not allowed", "write a dot: what is missing gives no-data by itself")
	}
}

func (c *compiler) allowOperator(n *ast.BinaryNode) {
	switch n.Operator {
	case "and", "&&", "or", "||":
	case "==", "!=", "<", "<=", ">", ">=":
		if kind(n.Left) != kind(n.Right) {
			c.refuse(n, fmt.Sprintf("a %s is compared with a %s", kind(n.Left), kind(n.Right)), "compare like with like; durations are written 30m or 1h30m")
		}
		if orders := n.Operator != "==" && n.Operator != "!="; orders && kind(n.Left) == "text" {
			c.refuse(n, "texts have no order here", "compare numbers, or use == and !=")
		}
	case "+", "-":
		if kind(n.Left) == "text" {
			c.refuse(n, "texts do not add up", "use contains, startsWith or endsWith")
		}
		if kind(n.Left) != kind(n.Right) {
			c.refuse(n, fmt.Sprintf("a %s and a %s do not add up", kind(n.Left), kind(n.Right)), "durations are written 30m or 1h30m")
		}
	case "*":
	case "/":
		// 0/0 is not a number, compares false with everything, and so would pass a negated gate.
		if !isNonZero(n.Right) {
			c.refuse(n, "it divides by what may be zero", "multiply instead: a * 100 < b")
		}
	case "contains", "startsWith", "endsWith":
		if kind(n.Left) != "text" || kind(n.Right) != "text" {
			c.refuse(n, n.Operator+" is for texts", "")
		}
	case "in":
		c.allowList(n)
	default:
		c.refuse(n, n.Operator+" is not allowed in a gate", "use comparisons, + - * /, and, or, not")
	}
}

// allowList checks that a text is looked for among texts, or a number among numbers, that are written out.
func (c *compiler) allowList(n *ast.BinaryNode) {
	list, ok := n.Right.(*ast.ArrayNode)
	if !ok || len(list.Nodes) == 0 || !c.schema.hasText() {
		c.refuse(n, "in is not allowed in a gate", "use comparisons, + - * /, and, or, not")
		return
	}
	for _, entry := range list.Nodes {
		switch entry.(type) {
		case *ast.StringNode, *ast.IntegerNode:
			if kind(entry) == kind(n.Left) {
				continue
			}
		}
		c.refuse(entry, "a "+kind(n.Left)+" is looked for, and this is none", "write the entries out, each of the same kind")
		return
	}
	c.lists[list] = true
}

func (c *compiler) allowCall(n ast.Node, name string, arguments []ast.Node) {
	switch name {
	case "duration":
		if len(arguments) == 1 {
			if _, literal := arguments[0].(*ast.StringNode); literal {
				return
			}
		}
		c.refuse(n, "duration takes a text", "write 30m or 1h30m")
	case "abs":
	case "min", "max":
		for _, argument := range arguments {
			if kind(argument) != "number" {
				c.refuse(argument, name+" takes numbers", "")
			}
		}
	default:
		c.refuse(n, name+" is not allowed in a gate", "use abs, min or max")
	}
}

func isNonZero(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return n.Value != 0
	case *ast.FloatNode:
		return n.Value != 0
	}
	return false
}

// kind is what a checked node is, as people say it.
func kind(n ast.Node) string {
	if isDuration(n) {
		return "duration"
	}
	switch n.Type().Kind() {
	case reflect.Bool:
		return "truth"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "number"
	case reflect.String:
		return "text"
	}
	return "something else"
}

// each visits a tree from the top; visit says whether to go below.
func each(n ast.Node, visit func(ast.Node) bool) {
	if !visit(n) {
		return
	}
	switch n := n.(type) {
	case *ast.UnaryNode:
		each(n.Node, visit)
	case *ast.BinaryNode:
		each(n.Left, visit)
		each(n.Right, visit)
	case *ast.ArrayNode:
		for _, entry := range n.Nodes {
			each(entry, visit)
		}
	case *ast.BuiltinNode:
		for _, argument := range n.Arguments {
			each(argument, visit)
		}
	case *ast.CallNode:
		for _, argument := range n.Arguments {
			each(argument, visit)
		}
	}
}
