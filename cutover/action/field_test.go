package action_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/cutover/action"
	"nightferry/internal/runbook"
)

func faults(t *testing.T, kind string, with map[string]any) []string {
	t.Helper()
	k, known := action.Kinds()[kind]
	require.True(t, known)
	var text []string
	for _, f := range k.Check(with) {
		text = append(text, f.Field+" "+f.Text)
		require.NotEmpty(t, f.Mend)
	}
	return text
}

func TestFieldsAreAWall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind string
		with map[string]any
		want []string
	}{
		{"service.stop", map[string]any{"host": "stg", "unit": "odoo"}, nil},
		{"service.stop", nil, []string{"host is missing", "unit is missing"}},
		{"service.stop", map[string]any{"host": "stg", "unit": "odoo; rm -rf /"}, []string{`unit "odoo; rm -rf /" is no name`}},
		{"service.stop", map[string]any{"host": "stg", "unit": "-odoo"}, []string{`unit "-odoo" is no name`}},
		{"service.stop", map[string]any{"host": "stg", "unit": "odoo\n"}, []string{"unit \"odoo\\n\" is no name"}},
		{"service.stop", map[string]any{"host": "stg", "unit": 7}, []string{"unit is not a text"}},
		{"service.stop", map[string]any{"host": "stg", "unit": "odoo", "unti": "x"}, []string{"unti is not a field of this kind"}},
		{"files.copy", map[string]any{"from_host": "a", "from_path": "/var/lib/odoo/filestore/x", "to_host": "b", "to_path": "/var/lib/odoo/../..", "owner": "odoo"},
			[]string{`to_path "/var/lib/odoo/../.." is not a folder that may be copied`}},
		{"files.copy", map[string]any{"from_host": "a", "from_path": "/var", "to_host": "b", "to_path": "/var/lib/x", "owner": "odoo"},
			[]string{`from_path "/var" is not a folder that may be copied`}},
		{"https.probe", map[string]any{"url": "http://erp.example/"}, []string{"url is not an https address"}},
		{"https.probe", map[string]any{"url": "https://user:secret@erp.example/"}, []string{"url is not an https address"}},
		{"https.probe", map[string]any{"url": "https://erp.example/", "status": "200"}, []string{"status is not a whole number"}},
		{"command", map[string]any{"host": "a", "do": "rm -rf /"}, []string{"do is not a list of words"}},
		{"command", map[string]any{"host": "a", "do": []any{"systemctl", 5}}, []string{"do is not a list of words"}},
		{"command", map[string]any{"host": "a", "do": []any{"true"}, "undo": []any{"true"}}, nil},
		{"decision", nil, nil},
	} {
		require.Equal(t, c.want, faults(t, c.kind, c.with), "%s %v", c.kind, c.with)
	}
}

func TestAnUnknownKindIsNoAction(t *testing.T) {
	t.Parallel()
	_, err := (&action.Registry{}).Action(runbook.Step{ID: "x", Kind: "magic"})
	require.ErrorContains(t, err, "magic")
	_, err = (&action.Registry{}).Action(runbook.Step{ID: "x", Kind: "service.stop"})
	require.ErrorContains(t, err, "host is missing")
}

func FuzzFields(f *testing.F) {
	f.Add("stg", "odoo", "/var/lib/odoo")
	f.Add("-x", "a b", "/../..")
	kinds := action.Kinds()
	f.Fuzz(func(t *testing.T, host, unit, folder string) {
		if len(kinds["service.stop"].Check(map[string]any{"host": host, "unit": unit})) == 0 {
			require.NotContains(t, host+unit, " ")
			require.NotRegexp(t, `[;&|$<>'"\\\n]`, host+unit)
			require.NotRegexp(t, `^-`, host)
		}
		if len(kinds["files.copy"].Check(map[string]any{"from_host": "a", "from_path": folder, "to_host": "b", "to_path": folder, "owner": "o"})) == 0 {
			require.NotContains(t, folder, "..")
		}
	})
}
