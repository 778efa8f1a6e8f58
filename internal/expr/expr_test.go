package expr_test

import (
	"encoding/json"
	"maps"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

func schema() expr.Schema {
	return expr.Schema{
		expr.Elapsed:           expr.TypeDuration,
		"validation.different": expr.TypeInt,
		"validation.rows":      expr.TypeInt,
		"validation.proven":    expr.TypeBool,
		"load.p95":             expr.TypeFloat,
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	known := expr.Facts{
		expr.Elapsed:           expr.Duration(29 * time.Minute),
		"validation.different": expr.Int(0),
		"validation.rows":      expr.Int(1_000_000),
		"validation.proven":    expr.Bool(true),
		"load.p95":             expr.Float(0.25),
	}
	gap := func(name string, v expr.Value) expr.Facts {
		facts := expr.Facts{}
		maps.Copy(facts, known)
		facts[name] = v
		return facts
	}
	denied := gap("validation.different", expr.Missing(estate.Denied))
	tests := map[string]struct {
		source string
		facts  expr.Facts
		want   expr.Verdict
	}{
		"equal":                     {"validation.different == 0", known, expr.Pass},
		"not equal":                 {"validation.different != 0", known, expr.Fail},
		"duration":                  {"elapsed < 30m", known, expr.Pass},
		"duration late":             {"elapsed < 28m59s", known, expr.Fail},
		"half hours":                {"elapsed < 1.5h", known, expr.Pass},
		"sum of durations":          {"elapsed + 1m <= 30m", known, expr.Pass},
		"and":                       {"validation.different == 0 and validation.rows > 0", known, expr.Pass},
		"float with int":            {"load.p95 * 4 == 1", known, expr.Pass},
		"negative":                  {"validation.different > -1", known, expr.Pass},
		"division":                  {"validation.rows / 1000 == 1000", known, expr.Pass},
		"abs and max":               {"abs(validation.different - 5) < 6 and max(validation.rows, 2) > 1", known, expr.Pass},
		"bare truth":                {"validation.proven", known, expr.Pass},
		"not":                       {"not validation.proven", known, expr.Fail},
		"truth compared":            {"validation.proven == true", known, expr.Pass},
		"denied":                    {"validation.different == 0", denied, expr.NoData},
		"denied, negated":           {"not (validation.different > 0)", denied, expr.NoData},
		"denied, unequal":           {"validation.different != 7", denied, expr.NoData},
		"nobody asked":              {"validation.different < 3", expr.Facts{}, expr.NoData},
		"decided by false":          {"validation.different == 0 and validation.rows < 0", denied, expr.Fail},
		"decided by true":           {"validation.different == 0 or validation.rows > 0", denied, expr.Pass},
		"not decided":               {"validation.different == 0 or validation.rows < 0", denied, expr.NoData},
		"not decided by a pass":     {"validation.rows > 0 and validation.different == 0", denied, expr.NoData},
		"missing inside an atom":    {"max(validation.rows, validation.different) > 5", denied, expr.NoData},
		"missing in a truth":        {"(validation.different == 0) == validation.proven", denied, expr.NoData},
		"another type":              {"validation.different == 0", gap("validation.different", expr.Bool(false)), expr.NoData},
		"a float for an int":        {"validation.different == 0", gap("validation.different", expr.Float(0)), expr.NoData},
		"not a number":              {"not (load.p95 > 1)", gap("load.p95", expr.Float(math.NaN())), expr.NoData},
		"endless":                   {"load.p95 > 1", gap("load.p95", expr.Float(math.Inf(1))), expr.NoData},
		"known without being known": {"validation.different == 0", gap("validation.different", expr.Missing(estate.Known)), expr.NoData},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := expr.Compile(tt.source, schema())
			require.NoError(t, err)
			require.Equal(t, tt.want, p.Judge(tt.facts))
			require.Equal(t, tt.source, p.String())
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		source       string
		line, column int
		text         string
	}{
		"empty":               {"", 1, 1, "unexpected token"},
		"unknown fact":        {"validation.diferent == 0", 1, 12, "diferent"},
		"unknown step":        {"elapsed < 1h and\n  validatoin.different == 0", 2, 3, "unknown name validatoin"},
		"after a duration":    {"elapsed < 30m and nothing", 1, 19, "unknown name nothing"},
		"half":                {"validation.different ==", 1, 24, "unexpected token"},
		"number":              {"validation.different", 1, 1, "bool"},
		"whole step":          {"validation == 0", 1, 12, ""},
		"duration and number": {"elapsed < 30", 1, 9, "duration and int"},
		"equal kinds":         {"validation.proven == 1", 1, 19, ""},
		"sum of kinds":        {"elapsed + 5 < 1h", 1, 9, ""},
		"by zero":             {"validation.different / validation.rows < 1", 1, 22, "divides by what may be zero"},
		"by literal zero":     {"validation.different / 0 < 1", 1, 22, "divides by what may be zero"},
		"modulo":              {"validation.different % 2 == 0", 1, 22, ""},
		"text":                {`"a" == "a"`, 1, 1, "no text in a gate"},
		"comment":             {"validation.proven // yes", 1, 19, "no comments"},
		"list":                {"validation.different in [1, 2]", 1, 22, ""},
		"range":               {"validation.different in 1..2", 1, 22, ""},
		"builtin":             {"len(elapsed) > 0", 1, 1, ""},
		"clock":               {"now() == now()", 1, 1, ""},
		"predicate":           {"all(1..3, # > 0)", 1, 11, "no comments"},
		"ternary":             {"validation.proven ? true : true", 1, 31, "not allowed"},
		"if":                  {"if validation.proven {true} else {true}", 1, 4, ""},
		"let":                 {"let a = 1; a == 1", 1, 5, "not allowed"},
		"nil":                 {"validation.different == nil", 1, 22, ""},
		"coalesced":           {"validation.different ?? 0 == 0", 1, 27, ""},
		"optional":            {"validation?.different == 0", 1, 13, ""},
		"index":               {"$env == 1", 1, 6, ""},
		"power":               {"validation.different ** 2 == 0", 1, 22, "not allowed"},
		"duration call":       {"elapsed < duration(1)", 1, 11, "duration is not called"},
		"misspelt duration":   {"elapsed < 30q", 1, 13, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := expr.Compile(tt.source, schema())
			var at *expr.Error
			require.ErrorAs(t, err, &at)
			require.Contains(t, at.Text, tt.text)
			require.Equal(t, tt.line, at.Line, "%v", err)
			require.InDelta(t, tt.column, at.Column, 1.1, "%v", err)
		})
	}
}

// TestTexts holds what rules over an inventory have beyond gates.
func TestTexts(t *testing.T) {
	t.Parallel()
	schema := expr.Schema{"host.os": expr.TypeText, "host.port": expr.TypeInt, "host.open": expr.TypeBool}
	facts := expr.Facts{"host.os": expr.Text("debian 11"), "host.port": expr.Int(6379)}
	for source, want := range map[string]expr.Verdict{
		`host.os == "debian 11"`:                        expr.Pass,
		`host.os != 'debian 11'`:                        expr.Fail,
		`host.os in ["centos", "debian 11"]`:            expr.Pass,
		`host.os in ["30m"]`:                            expr.Fail,
		`not (host.port in [80, 443])`:                  expr.Pass,
		`host.os startsWith "debian" and host.port > 1`: expr.Pass,
		`host.os contains "//" or host.os endsWith "#"`: expr.Fail,
		`host.os == "" or host.open`:                    expr.NoData,
	} {
		p, err := expr.Compile(source, schema)
		require.NoError(t, err, source)
		require.Equal(t, want, p.Judge(facts), source)
	}
	require.Equal(t, expr.NoData, must(expr.Compile(`host.os in ["a"]`, schema)).Judge(expr.Facts{"host.os": expr.Missing(estate.Denied)}))
	for source, column := range map[string]int{
		`host.os == debian`:              12,
		`host.os == "debian`:             12,
		`host.os == "a\"b"`:              12,
		`host.os == 5`:                   9,
		`host.os in host.os`:             9,
		`host.os in []`:                  9,
		`host.os in ["a", 1]`:            18,
		`host.port in ["a"]`:             11,
		`host.port contains 1`:           11,
		`["a"] == ["a"]`:                 1,
		`host.os matches "(a+)+b"`:       9,
		`host.os + "b" == "ab"`:          0,
		`host.os[0] == "a"`:              0,
		"host.os == `a`":                 12,
		`host.os in ["a", "b", host.os]`: 28,
		`len(host.os) > 1`:               1,
	} {
		_, err := expr.Compile(source, schema)
		var at *expr.Error
		require.ErrorAs(t, err, &at, source)
		if column > 0 {
			require.InDelta(t, column, at.Column, 1.1, "%s: %v", source, err)
		}
	}
	_, err := json.Marshal(expr.Text("Testmann"))
	require.Error(t, err, "a text would become recorded evidence")
}

func must(p *expr.Program, err error) *expr.Program {
	if err != nil {
		panic(err)
	}
	return p
}

func TestLimits(t *testing.T) {
	t.Parallel()
	long := "validation.proven"
	for range 300 {
		long += " and validation.proven"
	}
	for _, source := range []string{long, long[:1900]} {
		_, err := expr.Compile(source, schema())
		require.Error(t, err)
	}
}

func TestLeaves(t *testing.T) {
	t.Parallel()
	p, err := expr.Compile("elapsed < 3h and (validation.different == 0 or elapsed < 1h)", schema())
	require.NoError(t, err)
	require.Equal(t, []string{"elapsed", "validation.different"}, p.Leaves())
}

func TestValueAsJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value expr.Value
		want  string
	}{
		"int":       {expr.Int(math.MaxInt64), `{"type":"int","value":9223372036854775807}`},
		"float":     {expr.Float(0.5), `{"type":"float","value":0.5}`},
		"bool":      {expr.Bool(false), `{"type":"bool","value":false}`},
		"duration":  {expr.Duration(90 * time.Second), `{"type":"duration","value":"1m30s"}`},
		"denied":    {expr.Missing(estate.Denied), `{"coverage":"denied"}`},
		"not asked": {expr.Value{}, `{"coverage":"not-asked"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := json.Marshal(tt.value)
			require.NoError(t, err)
			require.JSONEq(t, tt.want, string(raw))
			var back expr.Value
			require.NoError(t, json.Unmarshal(raw, &back))
			require.Equal(t, tt.value.String(), back.String())
			require.Equal(t, tt.value.Type(), back.Type())
		})
	}
	for _, bad := range []string{`{}`, `{"coverage":"known"}`, `{"type":"int"}`, `{"type":"int","value":null}`, `{"type":"text","value":"Testmann"}`, `{"type":"duration","value":"soon"}`, `{"type":"bool","value":1}`, `3`} {
		var v expr.Value
		require.Error(t, json.Unmarshal([]byte(bad), &v), bad)
	}
}

// FuzzCompile holds two promises: no text makes the compiler panic, and nothing passes without evidence unless it
// uses none.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"validation.different == 0", "elapsed < 30m and not validation.proven", "abs(load.p95 - 1) < 2 or elapsed > 1h30m",
		"min(1, 2) == 1", "((validation.rows))>1", "a ?? b", "30mm", "1..2", "not not true", "-1 < +2", "é < 1", "\"", "[]", "{}", "1 /* x", "x\n\ny",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := expr.Compile(source, schema())
		if err != nil {
			var at *expr.Error
			require.ErrorAs(t, err, &at)
			require.Positive(t, at.Line)
			require.Positive(t, at.Column)
			return
		}
		for _, leaf := range p.Leaves() {
			require.Contains(t, schema(), leaf)
		}
		p.Judge(expr.Facts{})
	})
}
