package host_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover"
	"nightferry/discover/host"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// shelf keeps assets in memory.
type shelf map[string]*estate.Host

func (s shelf) Has(discover.Target) bool { return false }

func (s shelf) Save(a discover.Asset) error {
	s[a.Host.Name] = a.Host
	return nil
}

func options() host.Options { return host.Options{Clock: time.Now, Nonce: rand.Text} }

// readLab reads all machines of the lab's estate through the bastion, as the unprivileged account.
func readLab(t *testing.T, l *lab.Lab) shelf {
	t.Helper()
	var endpoints []remote.Endpoint
	for name, m := range l.Machines() {
		e := remote.Endpoint{Name: name, Address: m.SSH(), User: "assess", Via: "bastion", Auth: remote.Auth{Keys: []remote.Key{{Path: l.Key("assess")}}}}
		switch {
		case name == "partner", m.Part != "":
			continue // not part of the estate
		case name == "bastion":
			e.Via, e.Address = "", m.Front
		}
		endpoints = append(endpoints, e)
	}
	dialer, err := remote.New(endpoints, remote.Options{KnownHosts: []string{l.KnownHosts()}})
	require.NoError(t, err)
	defer dialer.Close()
	var targets []discover.Target
	for _, e := range endpoints {
		targets = append(targets, host.Target(dialer, e, estate.UnknownEnv, options()))
	}
	found := shelf{}
	_, err = discover.Run(t.Context(), targets, discover.Options{Clock: time.Now}, found, func(e discover.Event) {
		if e.Kind == discover.Finished {
			t.Logf("%s %s %d ms, %d gaps %s", e.Target, e.Coverage, e.Elapsed, e.Gaps, e.Problem)
		}
	})
	require.NoError(t, err)
	return found
}

// text is a host as it is saved.
func text(t *testing.T, h *estate.Host) []byte {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(h))
	return b.Bytes()
}

// TestLab compares what the unprivileged account finds with what is planted.
func TestLab(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	found := readLab(t, l)
	for _, truth := range l.Truth().Machines {
		t.Run(truth.Name, func(t *testing.T) {
			h := found[truth.Name]
			require.NotNil(t, h)
			require.Equal(t, estate.Known, h.Collected.Coverage, h.Collected.Problem)
			require.Empty(t, h.Collected.Warnings)
			require.Equal(t, truth.Name, h.Identity.Value.Hostname)
			require.Equal(t, truth.OS, h.Identity.Value.OS+" "+h.Identity.Value.OSVersion)
			require.Equal(t, truth.Init, h.Identity.Value.Init)
			requireListeners(t, truth, h)
			requireSchedules(t, truth, h)
			requireCertificates(t, truth, h)
			for _, kind := range truth.Applications {
				require.True(t, slices.ContainsFunc(h.Applications.Value, func(a estate.Application) bool { return a.Kind == kind }), "no %s in %v", kind, h.Applications.Value)
			}
			for _, account := range truth.Accounts {
				require.True(t, slices.ContainsFunc(h.Accounts.Value, func(a estate.Account) bool { return a.Name == account.Name }), account.Name)
			}
			requireNoCanary(t, l.Canaries(), text(t, h))
		})
	}
}

// requireListeners: each planted port, with its program, or with the grant that would show it.
func requireListeners(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	for _, want := range truth.Listeners {
		i := slices.IndexFunc(h.Listeners.Value, func(l estate.Listener) bool {
			return l.Protocol == "tcp" && l.Port == want.Port && l.Address == want.Address
		})
		require.GreaterOrEqual(t, i, 0, "no listener %s:%d in %v", want.Address, want.Port, h.Listeners.Value)
		program := h.Listeners.Value[i].Process
		if program == "" {
			require.NotEmpty(t, h.Listeners.Grant, "the program of port %d is not known, and no grant is named", want.Port)
			continue
		}
		inUnit := slices.ContainsFunc(h.Processes.Value, func(p estate.Process) bool { return p.Program == program && p.Unit == want.Program+".service" })
		require.True(t, program == want.Program || inUnit, "port %d: %s, not %s", want.Port, program, want.Program)
	}
}

// requireSchedules: each planted job, or the grant that would show it.
func requireSchedules(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	for _, want := range truth.Schedules {
		if want.Name == "root crontab" {
			require.Contains(t, h.Schedules.Grant, "crontab -l")
			continue
		}
		require.True(t, slices.ContainsFunc(h.Schedules.Value, func(s estate.Schedule) bool {
			return s.Kind == want.Kind && s.Where == want.Name && strings.Contains(s.When, want.When) && s.Program == want.Program
		}), "no %v in %v", want, h.Schedules.Value)
	}
}

// requireCertificates: each planted certificate at its port, with the days it has left.
func requireCertificates(t *testing.T, truth lab.TrueMachine, h *estate.Host) {
	t.Helper()
	for _, want := range truth.Certificates {
		i := slices.IndexFunc(h.Certificates.Value, func(c estate.Certificate) bool {
			return strings.HasPrefix(c.Where, "tls ") && strings.Contains(c.Where, fmt.Sprintf(":%d", want.Port)) && strings.Contains(c.Subject+" "+strings.Join(c.Names, " "), want.Name)
		})
		require.GreaterOrEqual(t, i, 0, "no certificate of %s", want.Name)
		c := h.Certificates.Value[i]
		require.Equal(t, want.SelfSigned, c.SelfSigned, want.Name)
		if want.Expired != "" {
			require.Equal(t, want.Expired, c.NotAfter.Format(time.DateOnly))
			continue
		}
		require.InDelta(t, want.DaysLeft, c.NotAfter.Sub(h.Collected.At).Hours()/24, 3, want.Name)
	}
}

// requireNoCanary looks for every planted secret and patient, whole and in pieces of six characters.
func requireNoCanary(t *testing.T, canaries lab.Canaries, written []byte) {
	t.Helper()
	for _, value := range canaries.Values() {
		runes := []rune(value)
		for i := 0; i+6 <= len(runes); i++ {
			require.NotContains(t, string(written), string(runes[i:i+6]), "a piece of %q", value)
		}
	}
}

// TestLabTwice: what did not change is written by the same bytes, but for times that move by themselves.
func TestLabTwice(t *testing.T) {
	l := lab.Exclusive(t) // others leave processes
	first, second := readLab(t, l), readLab(t, l)
	for name, h := range first {
		for _, at := range []*estate.Host{h, second[name]} {
			at.Collected.At = time.Time{}
			at.Connections = estate.Section[[]estate.Connection]{} // of a living system
			at.Load = estate.Section[estate.Load]{}
			at.Folders, at.Backups = estate.Section[[]estate.DataFolder]{}, estate.Section[[]estate.Backup]{} // messages come in, logs are archived
			for i := range at.Schedules.Value {
				at.Schedules.Value[i].LastRun, at.Schedules.Value[i].NextRun = time.Time{}, time.Time{}
			}
			for i := range at.Mounts.Value {
				at.Mounts.Value[i].UsedBytes = 0
			}
			at.Processes.Value = slices.DeleteFunc(at.Processes.Value, func(p estate.Process) bool {
				return p.User == "assess" || p.Program == "postgres" || p.Program == "sleep" || p.Program == "sshd" || p.Program == "dropbear" || p.Program == "odoo" // other tests look and use, too
			})
		}
		require.Equal(t, string(text(t, h)), string(text(t, second[name])), name)
	}
}
