package host_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabFacts: each fact of truth.yaml about how a machine is kept and what is set up on it is found by the
// unprivileged account, or denied with the right that would show it.
func TestLabFacts(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	found := readLab(t, l)
	for _, truth := range l.Truth().Machines {
		t.Run(truth.Name, func(t *testing.T) {
			h := found[truth.Name]
			requireSafeguards(t, truth, h)
			requireChanges(t, truth, h)
			requireContainers(t, truth, h)
			requireWebRoutes(t, truth, h)
			requireConfigurations(t, truth, h)
			requireModulesOnDisk(t, truth, h)
			requireAdministrators(t, truth, h)
			for _, want := range truth.Filestores {
				require.Equal(t, "root", want.Reader)
				require.Equal(t, estate.Denied, h.Filestores.Coverage)
				require.Contains(t, h.Filestores.Grant, "/find")
			}
			if truth.RecordedLoad != "" {
				require.NotNil(t, h.Load.Value.History)
				require.Positive(t, h.Load.Value.History.Samples)
			}
			if truth.AutomaticUpdates != "" {
				require.True(t, slices.ContainsFunc(h.Packages.Value, func(p estate.Package) bool { return p.Name == truth.AutomaticUpdates }))
			}
		})
	}
}

func requireSafeguards(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	for _, want := range truth.Safeguards {
		got := guard(t, h, want.Kind)
		if got.State == "unknown" {
			require.NotEmpty(t, got.Problem, "%s", want.Kind)
			require.NotEmpty(t, got.Grant, "%s", want.Kind)
			continue
		}
		require.Equal(t, want.State, got.State, "%s: %v", want.Kind, got)
		if want.By != "" {
			require.True(t, slices.ContainsFunc(got.By, func(name string) bool { return strings.HasSuffix(want.By, name) }), "%s: %v", want.Kind, got)
		}
		if want.To != "" {
			host, port, _ := strings.Cut(want.To, ":")
			require.Len(t, got.To, 1)
			require.Equal(t, host+":"+port, got.To[0].Host+":"+strconv.Itoa(got.To[0].Port))
			require.Equal(t, want.TLS, got.To[0].TLS)
		}
	}
}

// requireChanges: those that everybody may read and no others; of the rest the right that would show them.
func requireChanges(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	want := []string{}
	for _, change := range truth.ChangedFiles {
		if change.Reader == "root" {
			require.Contains(t, h.Changed.Grant, "/md5sum", change.Path)
			continue
		}
		want = append(want, change.Path)
		i := slices.IndexFunc(h.Changed.Value, func(c estate.ChangedFile) bool { return c.Path == change.Path })
		require.GreaterOrEqual(t, i, 0, "no %s in %v", change.Path, h.Changed.Value)
		require.Equal(t, change.Config, h.Changed.Value[i].Config, change.Path)
	}
	got := []string{}
	for _, c := range h.Changed.Value {
		if c.Change == "content" {
			got = append(got, c.Path)
		}
	}
	require.ElementsMatch(t, want, got)
}

func requireContainers(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	if len(truth.Containers) == 0 {
		require.Empty(t, h.Containers.Value)
		return
	}
	require.Equal(t, estate.Known, h.Containers.Coverage)
	require.Len(t, h.Containers.Value, len(truth.Containers))
	var users, want []string
	for i, c := range h.Containers.Value {
		require.Equal(t, truth.Containers[i].Runtime, c.Runtime)
		require.NotEmpty(t, c.Programs)
		users, want = append(users, c.Users...), append(want, truth.Containers[i].User)
		if c.Name == "" || c.Image == "" {
			require.NotEmpty(t, h.Containers.Grant, "names and images")
		}
	}
	require.ElementsMatch(t, want, users)
}

func requireWebRoutes(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	for _, want := range truth.WebRoutes {
		i := slices.IndexFunc(h.Routes.Value, func(r estate.WebRoute) bool {
			return r.Proxy == want.Proxy && slices.Contains(r.Names, want.Name)
		})
		require.GreaterOrEqual(t, i, 0, "no %s in %v", want.Name, h.Routes.Value)
		require.Contains(t, h.Routes.Value[i].Upstream, want.Upstream)
		require.ElementsMatch(t, want.Headers, h.Routes.Value[i].Headers)
	}
}

func requireConfigurations(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	for _, want := range truth.Configurations {
		if want.Reader == "root" {
			require.Contains(t, h.Configurations.Problem, want.File)
			require.Contains(t, h.Configurations.Grant, "/cat "+want.File)
			continue
		}
		i := slices.IndexFunc(h.Configurations.Value, func(c estate.Configuration) bool { return c.File == want.File })
		require.GreaterOrEqual(t, i, 0, "no %s", want.File)
	}
}

func requireModulesOnDisk(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	want := []lab.TrueDiskModule{}
	want = append(want, truth.ModulesOnDisk...)
	got := []lab.TrueDiskModule{}
	for _, m := range h.Code.Value {
		got = append(got, lab.TrueDiskModule{Name: m.Name, Path: m.Path, Version: m.Version, Installable: m.Installable,
			PythonLines: m.PythonLines, XMLLines: m.XMLLines, JSLines: m.JSLines, Tests: m.Tests, Controllers: m.Controllers})
	}
	require.ElementsMatch(t, want, got)
}

// requireAdministrators: who may become root shows by a group, or the right that shows it is named.
func requireAdministrators(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	for _, want := range truth.Accounts {
		i := slices.IndexFunc(h.Accounts.Value, func(a estate.Account) bool { return a.Name == want.Name })
		require.GreaterOrEqual(t, i, 0, want.Name)
		a := h.Accounts.Value[i]
		if want.Shell != "" {
			require.Equal(t, want.Shell, a.Shell)
		}
		if want.Admin && !slices.Contains(a.Groups, "sudo") {
			require.Equal(t, estate.Denied, h.SudoRules.Coverage)
			require.Contains(t, h.SudoRules.Grant, "/etc/sudoers")
		}
	}
}
