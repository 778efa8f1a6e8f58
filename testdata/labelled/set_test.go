package labelled

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func loaded(t *testing.T) *Set {
	t.Helper()
	s, err := Load()
	require.NoError(t, err)
	return s
}

// columnsThat counts how many columns of some tables are so.
func columnsThat(tables []*Table, is func(*Table, *Column) bool) int {
	n := 0
	for _, t := range tables {
		for _, c := range t.Columns {
			if is(t, c) {
				n++
			}
		}
	}
	return n
}

// TestTheSetIsWhatFiguresMayRestOn holds size, balance and spread.
func TestTheSetIsWhatFiguresMayRestOn(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	every := func(*Table, *Column) bool { return true }
	hard := func(_ *Table, c *Column) bool { return c.Hard }
	sensitive := func(_ *Table, c *Column) bool { return c.Class.IsSensitive() }
	columns := columnsThat(s.Tables, every)
	require.GreaterOrEqual(t, columns, 1250)
	require.GreaterOrEqual(t, len(s.Tables), 130)
	for _, part := range []Part{HeldOut, Fresh, Unseen} {
		require.InDelta(t, 0.2, Share{columnsThat(s.Of(part), every), columns}.Ratio(), 0.05, "a fifth is %s", part)
	}
	require.InDelta(t, 0.5, Share{columnsThat(s.Tables, sensitive), columns}.Ratio(), 0.06, "half is not sensitive")
	for _, part := range Parts() {
		require.Greater(t, columnsThat(s.Of(part), hard), 150)
		require.NotZero(t, columnsThat(s.Of(part), func(_ *Table, c *Column) bool { return c.Tail }))
		require.GreaterOrEqual(t, columnsThat(s.Of(part), func(_ *Table, c *Column) bool { return c.Decoy }), 5)
		for _, language := range Languages() {
			of := func(_ *Table, c *Column) bool { return true }
			tables := slices.DeleteFunc(s.Of(part), func(t *Table) bool { return t.Language != language })
			require.Greater(t, columnsThat(tables, of), 70, "%s %s", part, language)
			require.Greater(t, columnsThat(tables, sensitive), 30, "%s %s", part, language)
		}
		for _, class := range estate.DataClasses() {
			require.NotZero(t, columnsThat(s.Of(part), func(_ *Table, c *Column) bool { return c.Class == class }), "%s %s", part, class)
		}
	}
}

// TestLabelsDecide bounds how many columns are left to either answer, which would flatter every score.
func TestLabelsDecide(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	columns := columnsThat(s.Tables, func(*Table, *Column) bool { return true })
	var crossing []string
	for _, tt := range s.Tables {
		for _, c := range tt.Columns {
			either := slices.ContainsFunc(c.Also, func(also estate.DataClass) bool {
				return c.Class != estate.NotAssessed && also != estate.NotAssessed && also.IsSensitive() != c.Class.IsSensitive()
			})
			if either {
				crossing = append(crossing, tt.QualifiedName()+"."+c.Name)
				require.NotEmpty(t, c.Why, "%s.%s may be either: say why", tt.QualifiedName(), c.Name)
			}
			require.NotContains(t, c.Also, c.Class)
			if c.Decoy {
				require.False(t, c.Class.IsSensitive(), c.Name)
			}
			if c.Tail {
				require.True(t, c.Class.IsSensitive(), c.Name)
			}
		}
	}
	require.LessOrEqual(t, Share{len(crossing), columns}.Ratio(), 0.025, "%d: %s", len(crossing), strings.Join(crossing, " "))
}

// TestNoNameIsFiller allows few names to come again and again: those that every schema has.
func TestNoNameIsFiller(t *testing.T) {
	t.Parallel()
	names := map[string]int{}
	for _, tt := range loaded(t).Tables {
		for _, c := range tt.Columns {
			names[c.Name]++
		}
	}
	for name, n := range names {
		if name != "id" {
			require.LessOrEqual(t, n, 8, name)
		}
	}
	require.Greater(t, len(names), 1050)
}

func TestRowsAreAFunctionOfTheSeed(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	script := func(seed uint64, n int) string {
		var out bytes.Buffer
		require.NoError(t, s.WriteSQL(&out, seed, n, Parts()...))
		return out.String()
	}
	require.Equal(t, script(7, 20), script(7, 20))
	require.NotEqual(t, script(7, 20), script(8, 20))
}

func TestKeysAreUniqueAndReferencesLeadToThem(t *testing.T) {
	t.Parallel()
	s, n := loaded(t), 120
	values := func(tt *Table, c *Column) []string {
		var all []string
		for row := range tt.Count(n) {
			if text, known := tt.value(c, 3, row, n); known {
				all = append(all, text)
			}
		}
		return all
	}
	for _, tt := range s.Tables {
		for _, c := range tt.Columns {
			if c.Key {
				keys := values(tt, c)
				require.Len(t, keys, tt.Count(n), "%s.%s is a key and NULL", tt.QualifiedName(), c.Name)
				slices.Sort(keys)
				require.Len(t, slices.Compact(keys), tt.Count(n), "%s.%s is a key and repeats", tt.QualifiedName(), c.Name)
			}
			if c.Refers != "" {
				target, column := s.target(c.Refers)
				require.Subset(t, values(target, column), values(tt, c), "%s.%s", tt.QualifiedName(), c.Name)
			}
		}
	}
}

// TestValuesFitTheirTypes tells every column that would not, which PostgreSQL tells one by one.
func TestValuesFitTheirTypes(t *testing.T) {
	t.Parallel()
	size := regexp.MustCompile(`^character( varying)?\((\d+)\)$`)
	long := map[string]string{}
	for _, tt := range loaded(t).Tables {
		for values := range tt.Rows(1, 300) {
			for i, c := range tt.Columns {
				if m := size.FindStringSubmatch(c.Type); m != nil {
					most, err := strconv.Atoi(m[2])
					require.NoError(t, err)
					if utf8.RuneCount(values[i]) > most {
						long[tt.QualifiedName()+"."+c.Name] = c.Type + ": " + string(values[i])
					}
				}
			}
		}
	}
	require.Empty(t, long)
}

// TestTheTailComesLate shows that what such columns hold before the last tenth comes back in it at most as NULL or as
// one of a few sentences, while the tail itself never repeats.
func TestTheTailComesLate(t *testing.T) {
	t.Parallel()
	const n = 400
	for _, tt := range loaded(t).Tables {
		for i, c := range tt.Columns {
			if !c.Tail {
				continue
			}
			early, late, row := map[string]bool{}, map[string]bool{}, 0
			for values := range tt.Rows(1, n) {
				if row*10 < tt.Count(n)*9 {
					early[string(values[i])] = true
				} else {
					late[string(values[i])] = true
				}
				row++
			}
			require.Less(t, len(early), 10, "%s.%s", tt.QualifiedName(), c.Name)
			require.Len(t, late, tt.Count(n)/10, "%s.%s", tt.QualifiedName(), c.Name)
			for text := range late {
				require.False(t, early[text])
			}
		}
	}
}

// TestEveryoneIsMadeUp holds mail addresses and phone numbers within what is kept for examples.
func TestEveryoneIsMadeUp(t *testing.T) {
	t.Parallel()
	for _, tt := range loaded(t).Tables {
		d := &draw{seed: 1, table: tt, rows: 300, size: 300}
		marked := 0
		for d.row = range 300 {
			p := d.person(1)
			require.True(t, strings.HasSuffix(p.email, ".example"), p.email)
			phone := strings.NewReplacer(" ", "", "-", "", "/", "", ".", "", "(", "", ")", "").Replace(p.phone + "|" + p.mobile)
			require.Regexp(t, `^((0|\+49)3023125\d{3}|(\d{3}|\+1\d{3})55501\d\d|(0|\+44)2079460\d{3}|(0|\+33)19900\d{4}|(\+34)?99\d{7})\|((0|\+49)17139200\d\d|\+141555501\d\d|(0|\+44)7700900\d{3}|(0|\+33)63998\d{4}|(\+34)?79\d{7})$`, phone)
			if slices.ContainsFunc(tt.set.lexicons[tt.Language]["mark"], func(mark string) bool { return strings.HasSuffix(p.family, mark) }) {
				marked++
			}
		}
		require.InDelta(t, 0.4, float64(marked)/300, 0.12)
	}
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	d := s.Database(2000, Open)
	require.Len(t, d.Tables.Value, len(s.Of(Open)))
	i := slices.IndexFunc(d.Tables.Value, func(t estate.Table) bool { return t.QualifiedName() == "klinik.fall" })
	fall := d.Tables.Value[i]
	require.Equal(t, []string{"fall_nr"}, fall.PrimaryKey)
	require.Equal(t, int64(2000), fall.RowEstimate)
	require.Equal(t, []estate.ForeignKey{{Columns: []string{"pat_nr"}, Table: "klinik.pat_stamm", RefColumns: []string{"pat_nr"}}}, fall.References)
	require.Equal(t, estate.Column{Name: "ndiag", Type: "text[]"}, fall.Columns[6])
	require.Equal(t, estate.Column{Name: "hdiag_icd", Type: "character varying(8)"}, fall.Columns[5])
	i = slices.IndexFunc(d.Tables.Value, func(t estate.Table) bool { return t.QualifiedName() == "archiv.pat_alt" })
	require.Zero(t, d.Tables.Value[i].RowEstimate)
}

// TestFaultsOfFilesAreToldByLine gives each fault to the loader.
func TestFaultsOfFilesAreToldByLine(t *testing.T) {
	t.Parallel()
	const head = "table;column;type;class;flags;labels;values;why\ns.t;;;;;;;a table\n"
	tests := map[string]struct{ line, want string }{
		"class":     {";a;text;SECRET;;;seq;", `heldout/en-x.csv:3: column a: "SECRET" is no class`},
		"flag":      {";a;text;PHI;easy;;seq;", `column a: "easy" is no flag`},
		"also":      {";a;text;PHI;also=X;;seq;", `also: "X" is no class`},
		"values":    {";a;text;PHI;;;sequence;", `"sequence" is not a way to fill a column`},
		"nothing":   {";a;text;PHI;;;;", "nothing says how it is filled"},
		"twice":     {";a;text;PHI;;;seq;\n;a;text;PHI;;;seq;", "heldout/en-x.csv:4: column \"a\""},
		"reference": {";a;text;PHI;fk=s.u.b;;;", "s.t.a: there is no s.u.b"},
		"no key":    {";a;text;PHI;;;seq;\n;b;text;PHI;fk=s.t.a;;;", "s.t.a is no key"},
		"decoy":     {";a;text;PHI;;;decoy ssn;", "ssn has no check digit"},
		"template":  {";a;text;PHI;;;format <seq;", "has a < without its >"},
		"bounds":    {";a;text;PHI;;;int 9 1;", "the lower first"},
		"fields":    {";a;text", "wrong number of fields"},
		"table":     {"t;;;;;;;", `"t" is not schema.table`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := fstest.MapFS{"heldout/en-x.csv": {Data: []byte(head + tt.line + "\n")}}
			for _, language := range Languages() {
				from[fmt.Sprintf("lexicon/%s.txt", language)] = &fstest.MapFile{Data: []byte("[given m]\nTest\n")}
			}
			_, err := load(from)
			require.ErrorContains(t, err, tt.want)
		})
	}
}
