package yamlfile

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// mismatch tells that a node is not what its place wants.
func (f *File) mismatch(node ast.Node, want, mend string, guarded bool) {
	p := nodePlace(node)
	if guarded {
		p.veil = behindKey
	}
	f.add(p, fmt.Sprintf("this should be %s, and is %s", want, nounOf(node)), mend)
}

// nounOf says in a word what a node is.
func nounOf(node ast.Node) string {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	}
	return "something else"
}

// textOf is the text of a string node in any of its styles.
func textOf(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}

func (f *File) bindText(node ast.Node, u encoding.TextUnmarshaler, p place) {
	text, ok := textOf(node)
	if scalar, isScalar := node.(ast.ScalarNode); !ok && isScalar {
		text, ok = scalar.GetToken().Value, true
	}
	if !ok {
		f.mismatch(node, "text", "", p.veil != 0)
		return
	}
	if err := u.UnmarshalText([]byte(text)); err != nil && p.veil != 0 {
		f.add(p, "this value cannot be read", "") // the error may quote it
	} else if err != nil {
		mend := ""
		if mender, ok := errors.AsType[Mender](err); ok {
			mend = mender.Mend()
		}
		f.add(p, err.Error(), mend)
	}
}

func (f *File) bindScalar(node ast.Node, v reflect.Value, p place) {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		f.bindDuration(node, v, p)
		return
	}
	switch v.Kind() {
	case reflect.String:
		if text, ok := textOf(node); ok {
			v.SetString(text)
			return
		}
		mend := ""
		if _, scalar := node.(ast.ScalarNode); scalar && p.veil == 0 {
			mend = "put it into quotation marks: " + quoted(node)
		}
		f.mismatch(node, "text", mend, p.veil != 0)
	case reflect.Bool:
		if b, ok := node.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			return
		}
		f.mismatch(node, "true or false", "write true or false", p.veil != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		f.bindInteger(node, v, p)
	case reflect.Float32, reflect.Float64:
		switch n := node.(type) {
		case *ast.FloatNode:
			v.SetFloat(n.Value)
		case *ast.IntegerNode:
			number, _ := strconv.ParseFloat(fmt.Sprint(n.Value), 64)
			v.SetFloat(number)
		default:
			f.mismatch(node, "a number", "", p.veil != 0)
		}
	default:
		panic("yamlfile: cannot bind " + v.Type().String()) // a programmer's mistake: no file can cause it
	}
}

func (f *File) bindInteger(node ast.Node, v reflect.Value, p place) {
	n, ok := node.(*ast.IntegerNode)
	if !ok {
		f.mismatch(node, "a whole number", "write it in digits, without quotation marks", p.veil != 0)
		return
	}
	number, err := strconv.ParseInt(fmt.Sprint(n.Value), 10, 64)
	if err != nil || v.OverflowInt(number) {
		f.add(p, "the number is too large", "")
		return
	}
	v.SetInt(number)
}

func (f *File) bindDuration(node ast.Node, v reflect.Value, p place) {
	text, ok := textOf(node)
	if !ok {
		f.mismatch(node, "a length of time", "write a unit behind it: 30m, 4h, 2d", p.veil != 0)
		return
	}
	d, err := ParseDuration(text)
	if err != nil {
		f.add(p, err.Error(), "write it like 30m, 4h, 1h30m or 2d")
		return
	}
	v.SetInt(int64(d))
}

// daysFirst splits days from what time.ParseDuration knows.
var daysFirst = regexp.MustCompile(`^(?:(\d{1,5})d)?(.*)$`)

// ParseDuration reads a length of time as people write it: Go's notation, and days in front ("2d", "1d12h").
// Negative ones are refused.
func ParseDuration(text string) (time.Duration, error) {
	bad := fmt.Errorf("%.40q is not a length of time", text)
	parts := daysFirst.FindStringSubmatch(text)
	if parts == nil || text == "" {
		return 0, bad
	}
	var sum time.Duration
	if parts[1] != "" {
		days, err := strconv.Atoi(parts[1])
		if err != nil {
			return 0, bad
		}
		sum = time.Duration(days) * 24 * time.Hour
	}
	if parts[2] != "" {
		rest, err := time.ParseDuration(parts[2])
		if err != nil || rest < 0 || sum+rest < sum {
			return 0, bad
		}
		sum += rest
	}
	return sum, nil
}
