package host_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
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
		switch name {
		case "partner":
			continue // not part of the estate
		case "bastion":
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

func TestLab(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	found := readLab(t, l)
	for name, h := range found {
		if folder := os.Getenv("NIGHTFERRY_SHOW"); folder != "" {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name+".json"), text(t, h), 0o600))
		}
	}
	for name, h := range found {
		require.Equal(t, estate.Known, h.Collected.Coverage, "%s: %s", name, h.Collected.Problem)
		require.Empty(t, h.Collected.Warnings, name)
		require.Equal(t, name, h.Identity.Value.Hostname)
	}
}
