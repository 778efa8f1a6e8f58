package yamlfile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type ship struct {
	Name  string `yaml:"name"`
	Port  int    `yaml:"port"`
	Small int8
	Rate  float64        `yaml:"rate"`
	Fast  bool           `yaml:"fast"`
	Crew  []sailor       `yaml:"crew"`
	Ports map[string]int `yaml:"ports"`
	Wait  time.Duration  `yaml:"wait"`
	Day   day            `yaml:"day"`
	Key   key            `yaml:"key"`
	Hold  any            `yaml:"hold"`
	Flag  *string        `yaml:"flag"`
	Hull  `yaml:",inline"`
	_     string
	Left  string `yaml:"-"`
}

type Hull struct {
	Length int `yaml:"length"`
}

type sailor struct {
	Name string `yaml:"name"`
}

type key struct {
	Env   string   `yaml:"env"`
	Words []string `yaml:"words"`
	Day   day      `yaml:"day"`
}

func (*key) Guard() (string, string) { return "a key must be a reference", "write {env: NAME}" }

type day string

type badDay struct{ text string }

func (e badDay) Error() string { return fmt.Sprintf("%q is no day", e.text) }
func (e badDay) Mend() string  { return "write mon or tue" }

func (d *day) UnmarshalText(text []byte) error {
	if s := string(text); s != "mon" && s != "tue" {
		return badDay{s}
	}
	*d = day(text)
	return nil
}

func TestBind(t *testing.T) {
	t.Parallel()
	text := `
name: Næva   # a comment
port: 0x10
small: -3
rate: 2
fast: true
crew:
  - name: one
  - {name: "two"}
ports: {a: 1, b: 2}
wait: 1d12h
day: mon
key: {env: K}
hold: {x: [1, two, null, 2.5, true], y: {z: "5"}}
flag: |
  up
  down
length: 7
`
	for name, ends := range map[string]string{"unix": "\n", "windows": "\r\n", "old mac": "\r"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Parse("s.yaml", []byte("\ufeff"+strings.ReplaceAll(text, "\n", ends)))
			var s ship
			f.Bind(&s)
			require.NoError(t, f.Err())
			flag := "up\ndown\n"
			require.Equal(t, ship{
				Name: "Næva", Port: 16, Small: -3, Rate: 2, Fast: true,
				Crew:  []sailor{{"one"}, {"two"}},
				Ports: map[string]int{"a": 1, "b": 2},
				Wait:  36 * time.Hour, Day: "mon", Key: key{Env: "K"}, Flag: &flag, Hull: Hull{7},
				Hold: map[string]any{"x": []any{uint64(1), "two", nil, 2.5, true}, "y": map[string]any{"z": "5"}},
			}, s)
			require.Equal(t, 9, f.Line("crew[1].name"))
			require.Equal(t, 9, f.Line("crew[1].nothing"))
			require.True(t, f.Has("crew[1].name"))
			require.False(t, f.Has("crew[2].name"))
		})
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"unknown key": {"nmae: hunter2", `s.yaml:1:1: unknown key "nmae"
    1 | nmae: …
      | ^
  mend: did you mean name?`},
		"unknown key, nothing near": {"crew:\n  - zzzzzzzz: 1", `s.yaml:2:5: unknown key "zzzzzzzz"
    2 |   - zzzzzzzz: …
      |     ^
  mend: known are: name`},
		"twice": {"port: 1\nport: 2", `s.yaml:2:1: the key "port" stands here a second time, first on line 1
    2 | port: …
      | ^
  mend: keep one of the two`},
		"number for text": {"name: 14.0", `s.yaml:1:7: this should be text, and is a number
    1 | name: 14.0
      |       ^
  mend: put it into quotation marks: "14.0"`},
		"text for number": {"port: 'x'", `s.yaml:1:7: this should be a whole number, and is text
    1 | port: 'x'
      |       ^
  mend: write it in digits, without quotation marks`},
		"scalar for list": {"crew: bob", `s.yaml:1:7: this should be a list, and is text
    1 | crew: bob
      |       ^
  mend: write [bob]`},
		"list for keys": {"- name: x", `s.yaml:1:1: this should be keys with values, and is a list
    1 | - name: x
      | ^
  mend: write it as "key: value" lines`},
		"too large": {"small: 300", `s.yaml:1:8: the number is too large
    1 | small: 300
      |        ^`},
		"duration": {"wait: 4 hours", `s.yaml:1:7: "4 hours" is not a length of time
    1 | wait: 4 hours
      |       ^
  mend: write it like 30m, 4h, 1h30m or 2d`},
		"duration without unit": {"wait: 4", `s.yaml:1:7: this should be a length of time, and is a number
    1 | wait: 4
      |       ^
  mend: write a unit behind it: 30m, 4h, 2d`},
		"a type's own words": {"day: wed", `s.yaml:1:6: "wed" is no day
    1 | day: wed
      |      ^
  mend: write mon or tue`},
		"alias and anchor": {"name: &a x\nflag: *a", `s.yaml has 2 problems
s.yaml:1:7: an anchor (&) is not read here
    1 | name: &a x
      |       ^
  mend: write the value out
s.yaml:2:7: an alias (*) is not read here
    2 | flag: *a
      |       ^
  mend: write the value out`},
		"merge": {"<<: {name: x}", `s.yaml:1:1: such a key is not read here
    1 | <<: …
      | ^
  mend: write the key out as plain text`},
		"second document": {"name: x\n---\nname: y", `s.yaml:3:5: a second document in one file
    3 | name: y
      |     ^
  mend: put it into a file of its own`},
		"tab": {"crew:\n\t- name: x", `s.yaml:2:1: not YAML: found character '	' that cannot start any token
    2 |  - name: x
      | ^
  mend: indent with spaces, not tabs`},
		"open quote": {`name: "x`, `s.yaml:1:7: not YAML: could not find end character of double-quoted text
    1 | name: "x
      |       ^
  mend: close the quotation mark`},
		"not UTF-8":            {"name: \xff", "s.yaml: it is not UTF-8 text\n  mend: save it as UTF-8"},
		"secret for reference": {"key: hunter2", "s.yaml:1:6: a key must be a reference\n    1 | key: …\n      |      ^\n  mend: write {env: NAME}"},
		"terminal": {"name: [\"\x1b[2J\u202e\"]", `s.yaml:1:7: this should be text, and is a list
    1 | name: ["�[2J�"]
      |       ^`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Parse("s.yaml", []byte(tt.text))
			var s ship
			f.Bind(&s)
			require.EqualError(t, f.Err(), tt.want)
		})
	}
}

// TestSecretsAreNotQuoted writes a secret into every place where it does not belong.
func TestSecretsAreNotQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"key: hunter2", "key: 'hunter2'", "key: [hunter2]", "key: {hunter2}", "key: {hunter2: x}", "key: {pass: hunter2}",
		"key:\n  hunter2", "key:\n  - hunter2", "key:\n  hunter2: x", "key:\n  env: [hunter2]", "key:\n  words: hunter2",
		"key: |\n  hunter2\n", "key: !!str hunter2", "key: {env: {hunter2: 1}}", "key: {day: hunter2}", "keyy: hunter2",
		"password: \"hunter2", "key: {hunter2: 1, hunter2: 2}", "key:\n  &a hunter2", "key: {? hunter2 : 1}",
		"{key: hunter2, port: 'x'}", "{port: 'x', key: {hunter2: 1}}", "{key: \"hunter2\n  hunter2\", port: 'x'}", "flag: https://a:hunter2@b\nfalg: 1\nport: {}\nname: {a: 'https://a:hunter2@b'}",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			f := Parse("s.yaml", []byte(text))
			var s ship
			f.Bind(&s)
			require.Error(t, f.Err())
			require.NotContains(t, f.Err().Error(), "hunter2")
		})
	}
}

func TestAllAtOnceInOrderOfPlace(t *testing.T) {
	t.Parallel()
	f := Parse("s.yaml", []byte("port: x\ncrew:\n  - nam: a\n  - name: b\nfast: maybe\n"))
	var s ship
	f.Bind(&s)
	f.Fault("crew[0].name", "a sailor without a name", "")
	f.Fault("crew[1].name", "b is taken", "")
	f.Fault("rate", "no rate", "")
	var problems Problems
	require.ErrorAs(t, f.Err(), &problems)
	var at []string
	for _, p := range problems {
		at = append(at, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Text))
	}
	require.Equal(t, []string{
		"1:1 no rate",
		"1:7 this should be a whole number, and is text",
		`3:5 unknown key "nam"`,
		"3:5 a sailor without a name",
		"4:11 b is taken",
		"5:7 this should be true or false, and is text",
	}, at)
	require.Equal(t, "b", s.Crew[1].Name, "what is right is bound all the same")
	require.Equal(t, 2, problems.ExitCode())
}

func TestDeepNestingIsRefused(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"[", "{a: ", "- ", "? ", "!a ", "&a "} {
		t.Run(unit, func(t *testing.T) {
			t.Parallel()
			f := Parse("s.yaml", []byte(strings.Repeat(unit, 200_000)))
			var v any
			f.Bind(&v)
			require.Error(t, f.Err())
		})
	}
}

func TestLongLinesAreCut(t *testing.T) {
	t.Parallel()
	f := Parse("s.yaml", []byte("ports: {"+strings.Repeat("aaaaaaa: 1, ", 50)+"b: x}"))
	var s ship
	f.Bind(&s)
	for line := range strings.Lines(f.Err().Error()) {
		require.Less(t, len([]rune(line)), 130)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"address", "name", "via", "port"}
	for word, want := range map[string]string{"adress": "address", "nmae": "name", "Via": "via", "prot": "port", "x": "", "password": "", strings.Repeat("a", 1e6): ""} {
		require.Equal(t, want, Nearest(word, known), "%.20s", word)
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"4h": 4 * time.Hour, "2d": 48 * time.Hour, "1d1h30m": 25*time.Hour + 30*time.Minute, "0s": 0, "4h0m0s": 4 * time.Hour} {
		got, err := ParseDuration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "4", "-4h", "d", "4 h", "2h1d", "99999999d", "1d-1h", "99999d2562047h"} {
		_, err := ParseDuration(text)
		require.Error(t, err, text)
	}
}

func FuzzBind(f *testing.F) {
	f.Add("name: x\ncrew:\n  - name: y\nkey: {env: K}\nwait: 4h\n")
	f.Add("hold: {a: [1, {b: c}], d: |\n  text\n}")
	f.Add("a: &x [*x]\n<<: {? b : c}\n--- !t\n...\n%D 1\n")
	f.Add("key: hunter2\n- \t\"")
	f.Fuzz(func(t *testing.T, text string) {
		file := Parse("s.yaml", []byte(text))
		var s ship
		file.Bind(&s)
		lines := strings.Count(strings.ReplaceAll(text, "\r", "\n"), "\n") + 1
		for _, p := range file.problems {
			require.LessOrEqual(t, p.Line, lines)
			require.NotContains(t, p.Excerpt, "\x1b")
		}
	})
}
