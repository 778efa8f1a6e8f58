package estate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestMatchModules(t *testing.T) {
	t.Parallel()
	server := estate.OdooServer{Version: estate.Know("version", "14.0"), Modules: estate.Know("ir.module.module", []estate.Module{
		{Name: "sale", State: "installed", Version: "14.0.1.2", Origin: "core"},
		{Name: "clinic_base", State: "installed", Version: "14.0.2.3.0", Origin: "custom"},
		{Name: "clinic_short", State: "to upgrade", Version: "14.0.1.0", Origin: "custom"},
		{Name: "clinic_behind", State: "installed", Version: "14.0.1.0", Origin: "custom"},
		{Name: "clinic_gone", State: "installed", Version: "14.0.1.0", Origin: "oca-like"},
		{Name: "clinic_idle", State: "uninstalled", Origin: "custom"},
		{Name: "clinic_never", State: "uninstalled", Origin: "custom"},
	})}
	code := estate.Know("manifests", []estate.CodeModule{
		{Name: "clinic_base", Version: "14.0.2.3.0", Path: "/opt/a/clinic_base"}, {Name: "clinic_base", Version: "14.0.1", Path: "/opt/b/clinic_base"},
		{Name: "clinic_short"}, {Name: "clinic_behind", Version: "1.1"}, {Name: "clinic_idle"}, {Name: "clinic_old_export"},
	})
	verdicts := func(s estate.Section[[]estate.ModuleMatch]) map[string]estate.ModuleVerdict {
		found := map[string]estate.ModuleVerdict{}
		for _, m := range s.Value {
			require.NotContains(t, found, m.Name)
			found[m.Name] = m.Verdict
		}
		return found
	}
	want := map[string]estate.ModuleVerdict{
		"clinic_base": estate.ModuleInPlace, "clinic_short": estate.ModuleInPlace, "clinic_behind": estate.ModuleOtherVersion,
		"clinic_gone": estate.ModuleWithoutCode, "clinic_idle": estate.ModuleLeftOnDisk, "clinic_old_export": estate.ModuleLeftOnDisk,
	}
	require.Equal(t, want, verdicts(server.MatchModules(code)))

	code.Grant = "read access to /opt/closed"
	want["clinic_gone"] = estate.ModuleNotToBeTold
	require.Equal(t, want, verdicts(server.MatchModules(code)), "unseen is not missing")

	none := server.MatchModules(estate.Miss[[]estate.CodeModule](estate.Denied, "find", "closed", "sudo"))
	require.Equal(t, estate.Denied, none.Coverage)
	require.Empty(t, none.Value)
	server.Modules = estate.Miss[[]estate.Module](estate.Timeout, "", "", "")
	require.Equal(t, estate.Timeout, server.MatchModules(code).Coverage)
}
