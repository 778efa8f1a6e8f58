package detect

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadWordsFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a, b":                        "x.txt:1: terms before the first section",
		"[email 0.9]\na\n[nothing]":   `x.txt:3: unknown kind "nothing"`,
		"[email]\n":                   "x.txt:1: a kind needs a weight, as in [email 0.95]",
		"[email 7]\n":                 `x.txt:1: weight "7" is not between 0 and 1`,
		"# note\n\n[email 0.9]\n1, 2": `x.txt:4: "1" is no term: it holds no word that counts`,
		"[subject nobody]":            "x.txt:1: want [subject NAME] with one of patient, care, employee, person, money, reference, event, technical, organisation",
		"[negative 1]":                "x.txt:1: [negative] takes nothing more",
		"[email 0.9":                  "x.txt:1: want [KIND WEIGHT], [subject NAME] or [SECTION]",
	} {
		err := readWords("x.txt", text, func(section, string) {})
		var fault *LoadError
		require.ErrorAs(t, err, &fault, "%q", text)
		require.Equal(t, want, err.Error(), "%q", text)
	}
}

func TestReadListsFaults(t *testing.T) {
	t.Parallel()
	_, err := readLists("v.txt", "[given]\njane\n[none]\n")
	require.EqualError(t, err, `v.txt:3: unknown list "[none]"`)
	_, err = readLists("v.txt", "jane")
	require.EqualError(t, err, "v.txt:1: words before the first list")
}

// TestDictionariesAreRich: each language has hundreds of terms, and most kinds are named in all four.
func TestDictionariesAreRich(t *testing.T) {
	t.Parallel()
	for i, language := range languages() {
		text, err := wordFile(string(language))
		require.NoError(t, err)
		terms, kinds, negatives := 0, map[string]bool{}, 0
		require.NoError(t, readWords(string(language), text, func(s section, _ string) {
			switch s.name {
			case "kind":
				terms++
				kinds[s.kind.String()] = true
			case "negative":
				negatives++
			}
		}))
		require.Greater(t, terms, 700, language)
		require.Greater(t, len(kinds), 70, language)
		require.Greater(t, negatives, 40, "%s %d", language, i)
	}
}

func FuzzReadWords(f *testing.F) {
	f.Add("[email 0.9]\ne mail, courriel\n[subject patient]\npatient\n")
	f.Add("[negative]\ntype\n# x\n[parts]\nß, œ")
	f.Fuzz(func(t *testing.T, text string) {
		d := newDictionary()
		if err := d.read("f.txt", text, 0); err != nil {
			var fault *LoadError
			require.ErrorAs(t, err, &fault)
			require.Positive(t, fault.Line)
			return
		}
		d.Read("some_name", "text", AnyLanguage)
		d.TableSubject("some_table")
	})
}
