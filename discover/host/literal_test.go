package host

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLiteral(t *testing.T) {
	t.Parallel()
	tests := map[string]any{
		`{}`: map[string]any{},
		"# -*- coding: utf-8 -*-\n# © 2016\n{\n 'name': \"Clinic\", # why\n 'version': '14.0.1.0.0', 'depends': ['base', 'mail',], 'installable': True, 'x': None, 'n': -1.5e3, }\n": map[string]any{
			"name": "Clinic", "version": "14.0.1.0.0", "depends": []any{"base", "mail"}, "installable": true, "x": nil, "n": -1500.0},
		`{"author": "One, "` + "\n" + `   u'Two' r'\d', 'summary': """many
lines "quoted" here""", 'd': '''a'b'''}`: map[string]any{"author": `One, Two\d`, "summary": "many\nlines \"quoted\" here", "d": "a'b"},
		`{'a': ('x'), 'b': ('x',), 'c': (), 'd': {'e': {1: 2, 'f': [[]]}}, 's': {'p', 'q'}}`: map[string]any{"a": "x", "b": []any{"x"}, "c": []any{}, "d": map[string]any{"e": map[string]any{"f": []any{[]any{}}}}, "s": []any{"p", "q"}},
		`'\x41\u00e9\n\'\q\` + "\n" + `z'`:                                                   "Aé\n'\\qz",
		`("a" # one` + "\n" + ` "b")`:                                                        "ab",
		`10L`:                                                                                10.0,
		"\ufeff[1_000]":                                                                      []any{1000.0},
	}
	for text, want := range tests {
		got, err := literal(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "{", "{'a'", "{'a':", "['a' 'b'", "'a", "'a\nb'", `"""a"`, "__import__('os')", "{'a': open('x')}", "f'{x}'", "Trueish", "1 + 1", "{'a': 1} {'b': 2}",
		"- ", "{'a': b}", strings.Repeat("[", 100_000), strings.Repeat("{1:", 30), "[" + strings.Repeat("1,", mostLiterals+1) + "]", "\\", "lambda: 0"} {
		_, err := literal(text)
		require.Error(t, err, text[:min(len(text), 40)])
	}
}

func FuzzLiteral(f *testing.F) {
	f.Add("{'name': u\"x\" 'y', 'depends': [('a',), {1: None}], 'n': -1e5} # z")
	f.Add("'''\\x4\\u00\\U0010ffff")
	f.Add(`{"a": {"b": [[[[]]]]}, 'c': r'\'`)
	f.Fuzz(func(_ *testing.T, text string) { _, _ = literal(text) })
}
