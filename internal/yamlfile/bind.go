package yamlfile

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Guarded is a type whose text in a file may be a secret that somebody wrote there by mistake: problems never
// quote it. Guard says what the file should hold instead.
type Guarded interface {
	Guard() (text, mend string)
}

// Mender is an error that knows what would mend it; UnmarshalText methods may return one.
type Mender interface {
	error
	Mend() string
}

// Bind fills v, a non-nil pointer, from the file. Fields are named by their yaml tag, else by their json
// tag, else by their name in lower case; ",inline" takes an embedded struct's fields as its holder's. It binds structs, slices, maps by
// text, pointers, text, numbers, booleans, time.Duration (written "4h", "2d"), any, and whatever has
// UnmarshalText. A key without a value leaves the field as it is. Faults are collected, and what is right is
// bound all the same, so that the caller's own checks can still tell theirs.
func (f *File) Bind(v any) {
	if f.body == nil {
		return
	}
	f.bind(f.body, reflect.ValueOf(v).Elem(), "", false)
	f.bound = len(f.problems)
}

// bind fills one value from one node.
func (f *File) bind(node ast.Node, v reflect.Value, path string, guarded bool) {
	p := nodePlace(node)
	if guarded {
		p.veil = behindKey
	}
	f.places[path] = p
	if _, empty := node.(*ast.NullNode); empty {
		return
	}
	if guard, ok := reflect.TypeAssert[Guarded](v.Addr()); ok {
		if _, isMapping := node.(*ast.MappingNode); !isMapping {
			text, mend := guard.Guard()
			f.conceal(p.line, 1, behindKey)
			f.conceal(p.line+1, strings.Count(strings.TrimSpace(node.GetToken().Origin), "\n"), wholeLine)
			f.add(p, text, mend)
			return
		}
		guarded = true
	}
	if refusal := refused(node); refusal != "" {
		f.add(p, refusal+" is not read here", "write the value out")
		return
	}
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		f.bindText(node, u, p)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		f.bindStruct(node, v, path, guarded)
	case reflect.Slice:
		f.bindSlice(node, v, path, guarded)
	case reflect.Map:
		f.bindMap(node, v, path, guarded)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.bind(node, v.Elem(), path, guarded)
	case reflect.Interface:
		if value := reflect.ValueOf(f.loose(node, path, guarded)); value.IsValid() {
			v.Set(value)
		}
	default:
		f.bindScalar(node, v, p)
	}
}

func (f *File) bindStruct(node ast.Node, v reflect.Value, path string, guarded bool) {
	fields := fieldsOf(v)
	f.entries(node, path, guarded, func(key string, entry *ast.MappingValueNode, child string) {
		field, ok := fields[key]
		if !ok {
			p := nodePlace(entry.Key)
			p.veil = behindKey // what stands behind a mistyped key is not known, and not at fault
			text := fmt.Sprintf("unknown key %q", key)
			if guarded {
				p.veil = wholeLine
				text = "unknown key"
			}
			f.add(p, text, Mend(key, keysOf(v)))
			return
		}
		f.bind(entry.Value, field, child, guarded)
		if _, empty := entry.Value.(*ast.NullNode); empty {
			f.places[child] = nodePlace(entry.Key)
		}
	})
}

// entries walks the entries of a mapping; keys that are not plain text or come twice are told and left out.
func (f *File) entries(node ast.Node, path string, guarded bool, each func(key string, entry *ast.MappingValueNode, child string)) {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		f.mismatch(node, "keys with values", "write it as \"key: value\" lines", guarded)
		return
	}
	seen := map[string]int{}
	for _, entry := range mapping.Values {
		p := nodePlace(entry.Key)
		p.veil = behindKey
		if guarded {
			p.veil = wholeLine
		}
		switch entry.Key.(type) {
		case *ast.MergeKeyNode, *ast.MappingKeyNode, *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
			f.add(p, "such a key is not read here", "write the key out as plain text")
			continue
		}
		key := entry.Key.GetToken().Value
		if line, twice := seen[key]; twice {
			shown := strconv.Quote(key)
			if guarded {
				shown = "…"
			}
			f.add(p, fmt.Sprintf("the key %s stands here a second time, first on line %d", shown, line), "keep one of the two")
			continue
		}
		seen[key] = p.line
		child := key
		if path != "" {
			child = path + "." + key
		}
		each(key, entry, child)
	}
}

func (f *File) bindSlice(node ast.Node, v reflect.Value, path string, guarded bool) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		mend := "put each entry on a line of its own, after \"- \""
		if _, scalar := node.(ast.ScalarNode); scalar && !guarded {
			mend = "write [" + node.GetToken().Value + "]"
		}
		f.mismatch(node, "a list", mend, guarded)
		return
	}
	list := reflect.MakeSlice(v.Type(), len(sequence.Values), len(sequence.Values))
	for i, value := range sequence.Values {
		f.bind(value, list.Index(i), fmt.Sprintf("%s[%d]", path, i), guarded)
	}
	v.Set(list)
}

func (f *File) bindMap(node ast.Node, v reflect.Value, path string, guarded bool) {
	v.Set(reflect.MakeMap(v.Type()))
	f.entries(node, path, guarded, func(key string, entry *ast.MappingValueNode, child string) {
		value := reflect.New(v.Type().Elem()).Elem()
		f.bind(entry.Value, value, child, guarded)
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), value)
	})
}

// loose reads a node without a type to hold it against.
func (f *File) loose(node ast.Node, path string, guarded bool) any {
	switch n := node.(type) {
	case *ast.MappingNode:
		m := map[string]any{}
		f.bind(n, reflect.ValueOf(&m).Elem(), path, guarded)
		return m
	case *ast.SequenceNode:
		s := []any{}
		f.bind(n, reflect.ValueOf(&s).Elem(), path, guarded)
		return s
	case *ast.LiteralNode:
		return n.Value.Value
	case ast.ScalarNode:
		return n.GetValue()
	}
	return nil
}

// fieldsOf lists the fields of a struct by their key in the file.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for _, field := range reflect.VisibleFields(v.Type()) {
		if key := keyOf(field); key != "" {
			if value, err := v.FieldByIndexErr(field.Index); err == nil {
				fields[key] = value
			}
		}
	}
	return fields
}

// keysOf lists the keys of a struct in the order of its fields.
func keysOf(v reflect.Value) []string {
	var keys []string
	for _, field := range reflect.VisibleFields(v.Type()) {
		if key := keyOf(field); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// keyOf is the key of a field in the file, "" for fields that have none.
func keyOf(field reflect.StructField) string {
	name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	switch {
	case !field.IsExported(), name == "-", strings.Contains(options, "inline"):
		return ""
	case name != "":
		return name
	}
	if name, _, _ = strings.Cut(field.Tag.Get("json"), ","); name != "" {
		return name
	}
	return strings.ToLower(field.Name)
}

// refused names a construct that these files do without, or "".
func refused(node ast.Node) string {
	switch node.(type) {
	case *ast.AnchorNode:
		return "an anchor (&)"
	case *ast.AliasNode:
		return "an alias (*)"
	case *ast.TagNode:
		return "a tag (!)"
	case *ast.MergeKeyNode:
		return "a merge key (<<)"
	}
	return ""
}

// nodePlace is where a person sees a node begin.
func nodePlace(node ast.Node) place {
	switch n := node.(type) {
	case *ast.MappingNode:
		// The token of a block mapping is its first colon.
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return nodePlace(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return nodePlace(n.Key)
	}
	return at(node.GetToken())
}

// quoted is the text of a scalar for a message, cut where it is long.
func quoted(node ast.Node) string {
	text := []rune(node.GetToken().Value)
	if len(text) > 40 {
		text = append(text[:40], '…')
	}
	return strconv.Quote(string(text))
}
