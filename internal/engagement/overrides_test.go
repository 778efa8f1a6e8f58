package engagement_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/engagement"
	"nightferry/internal/estate"
)

func override(column, reason string) estate.ClassOverride {
	return estate.ClassOverride{Database: "erp/clinic", Table: "public.res_partner", Column: column, Class: estate.PHI,
		By: "Dr. A: \"officer\"", Reason: reason, Date: "2026-01-31", Evidence: "sha256:00"}
}

// TestOverrideClass: an entry goes in or takes its column's place, and all else stays to the byte.
func TestOverrideClass(t *testing.T) {
	t.Parallel()
	entry := func(indent, column, class, reason string) string {
		return indent + "- database: erp/clinic\n" + indent + "  table: public.res_partner\n" + indent + "  column: " + column + "\n" +
			indent + "  class: " + class + "\n" + indent + `  by: "Dr. A: \"officer\""` + "\n" + indent + "  reason: " + reason + "\n" +
			indent + "  date: \"2026-01-31\"\n" + indent + "  evidence: sha256:00\n"
	}
	const tail = "\n# The end, by Ann\n"
	for name, test := range map[string]struct{ before, after string }{
		"a comment alone": {"# ours\n", "# ours\nclasses:\n" + entry("  ", "x_note", "PHI", "it names patients")},
		"no line end":     {"# ours", "# ours\nclasses:\n" + entry("  ", "x_note", "PHI", "it names patients")},
		"an empty list":   {"# ours\nclasses: [] # none yet\n" + tail, "# ours\nclasses:\n" + entry("  ", "x_note", "PHI", "it names patients") + tail},
		"an empty key":    {"classes:\n" + tail, "classes:\n" + entry("  ", "x_note", "PHI", "it names patients") + tail},
		"behind others": {"classes:\n" + entry("", "a", "PII", "r # no comment") + "  # of a\n\n" + tail,
			"classes:\n" + entry("", "a", "PII", "r # no comment") + "  # of a\n\n" + tail},
		"in its own place": {"classes:\n" + entry("    ", "a", "PII", "r") + "# of x_note\n" + entry("    ", "x_note", "PUBLIC", "old") + "# of b\n" + entry("    ", "b", "PII", "r") + tail,
			"classes:\n" + entry("    ", "a", "PII", "r") + "# of x_note\n" + entry("    ", "x_note", "PHI", "it names patients") + "# of b\n" + entry("    ", "b", "PII", "r") + tail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "overrides.yaml")
			require.NoError(t, os.WriteFile(filepath.Join(dir, "engagement.yaml"), []byte("name: x\n"), 0o600))
			require.NoError(t, os.WriteFile(file, []byte(test.before), 0o600))
			f, err := engagement.Open(dir)
			require.NoError(t, err)
			defer f.Close()
			require.NoError(t, f.OverrideClass(override("x_note", "it names patients")))
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if name == "behind others" {
				require.Equal(t, "classes:\n"+entry("", "a", "PII", "r # no comment")+"  # of a\n"+entry("", "x_note", "PHI", "it names patients")+"\n"+tail, string(text))
				return
			}
			require.Equal(t, test.after, string(text))
			o, err := f.Overrides()
			require.NoError(t, err)
			require.Contains(t, o.Classes, override("x_note", "it names patients"))
		})
	}
}

// TestBadOverrides: each fault is told with its line, and what is there is not touched.
func TestBadOverrides(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "overrides.yaml")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "engagement.yaml"), []byte("name: x\n"), 0o600))
	f, err := engagement.Open(dir)
	require.NoError(t, err)
	defer f.Close()
	o, err := f.Overrides()
	require.NoError(t, err)
	require.Empty(t, o.Classes)
	for text, want := range map[string][]string{
		"classes:\n  - {database: a/b, table: p.t, column: c, class: SECRET, by: A, reason: r, date: 2026-02-30}\n": {
			`overrides.yaml:2:\d+: "SECRET" is no class of data`, `overrides.yaml:2:\d+: "2026-02-30" is not a date`, "mend: write one of CREDENTIAL, PHI, HR"},
		"classes:\n  - {database: a/b, table: p.t, column: c, class: NOT-ASSESSED, date: 2026-02-03, reason: r}\n": {
			"is no class of data", "an override without by"},
		"classes:\n  - &a {database: a/b, table: p.t, column: c, class: PII, by: A, reason: r, date: 2026-02-03}\n": {"an anchor"},
		"clases: []\n": {`overrides.yaml:1:1: unknown key "clases"`, "classes"},
		"classes:\n" +
			"  - {database: a/b, table: p.t, column: c, class: PII, by: A, reason: r, date: 2026-02-03}\n" +
			"  - {database: a/b, table: p.t, column: c, class: PHI, by: A, reason: r, date: 2026-02-03}\n": {
			`overrides.yaml:3:\d+: this column has an override on line 2 already`},
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := f.Overrides()
		require.Error(t, err, text)
		for _, part := range want {
			require.Regexp(t, part, err.Error())
		}
		require.Error(t, f.OverrideClass(override("x", "r")))
		left, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, text, string(left))
	}
	flow := "classes: [{database: a/b, table: p.t, column: c, class: PII, by: A, reason: r, date: 2026-02-03}]\n"
	require.NoError(t, os.WriteFile(file, []byte(flow), 0o600))
	require.ErrorContains(t, f.OverrideClass(override("x", "r")), "not written in a way that an entry can be put into")
	left, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, flow, string(left))
}
