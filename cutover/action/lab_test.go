package action_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/cutover/action"
	"nightferry/internal/pgread"
	"nightferry/internal/remote"
	"nightferry/internal/runbook"
	"nightferry/testdata/lab"
)

// crew is the way into the lab as the operator of the night.
type crew struct {
	*remote.Dialer
	lab *lab.Lab
	t   testing.TB
}

func newCrew(t testing.TB, l *lab.Lab) *crew {
	t.Helper()
	login := func(user string) remote.Auth { return remote.Auth{Keys: []remote.Key{{Path: l.Key(user)}}} }
	endpoints := []remote.Endpoint{{Name: "bastion", Address: l.Machine(t, "bastion").Front, User: "assess", Auth: login("assess")}}
	for _, name := range []string{"stg", "cloud-app", "cloud-db"} {
		endpoints = append(endpoints, remote.Endpoint{Name: name, Address: l.Machine(t, name).SSH(), User: "ferry", Auth: login("ferry"), Via: "bastion"})
	}
	dialer, err := remote.New(endpoints, remote.Options{KnownHosts: []string{l.KnownHosts()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dialer.Close()) })
	return &crew{Dialer: dialer, lab: l, t: t}
}

// HTTP reaches the lab's addresses.
func (c *crew) HTTP(*url.URL) (*http.Client, error) { return c.lab.HTTPClient(c.t), nil }

// Postgres opens databases as the role that may validate.
func (c *crew) Postgres(name string) (pgread.Config, error) {
	where := map[string]struct{ via, address, database string }{
		"stg/clinic_stg": {"bastion", "10.77.7.24", "clinic_stg"}, "cloud/clinic_stg": {"cloud-db", "10.77.9.32", "clinic_stg"},
		"cloud/postgres": {"cloud-db", "10.77.9.32", "postgres"},
	}
	at, known := where[name]
	if !known {
		return pgread.Config{}, errors.New("there is no database " + name)
	}
	return pgread.Config{Host: at.address, Database: at.database, User: "ferry_read", TLS: pgread.TLS{Mode: "require"},
		Password: func(context.Context) (string, error) { return c.lab.Password(c.t, "ferry_read"), nil },
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			return c.DialContext(ctx, at.via, network, address)
		}}, nil
}

// Keep keeps nothing.
func (c *crew) Keep(run, name string, _ any) (string, string, error) {
	return run + "/" + name, "00", nil
}

// doing plays one step as the engine does, and gives its undo.
func (c *crew) doing(kind string, with map[string]any) (cutover.Result, cutover.Action, cutover.Attempt) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 3*time.Minute)
	defer cancel()
	act, err := (&action.Registry{Machines: c, Web: c, Databases: c, Shelf: c}).Action(runbook.Step{ID: "step", Kind: kind, With: with})
	require.NoError(c.t, err)
	attempt := cutover.Attempt{Run: "test", Number: 1, Output: &bytes.Buffer{}}
	attempt.Memo, err = act.Check(ctx, attempt)
	require.NoError(c.t, err, kind)
	result, err := act.Do(ctx, attempt)
	require.NoError(c.t, err, "%s: %s", kind, attempt.Output)
	require.NoError(c.t, act.Verify(ctx, attempt), kind)
	return result, act, attempt
}

func (c *crew) undo(act cutover.Action, attempt cutover.Attempt) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), time.Minute)
	defer cancel()
	require.NoError(c.t, act.Undo(ctx, attempt), "%s", attempt.Output)
}

// TestNightOnTheLab does every step of the staging night for real, and takes it back.
func TestNightOnTheLab(t *testing.T) {
	l := lab.Exclusive(t)
	c := newCrew(t, l)
	ctx := t.Context()

	_, stop, stopped := c.doing("service.stop", map[string]any{"host": "stg", "unit": "odoo"})
	t.Cleanup(func() { c.undo(stop, stopped) })
	answer, err := stop.Probe(ctx, stopped)
	require.NoError(t, err)
	require.Equal(t, cutover.ProbeDone, answer)
	_, err = l.Try(t, "stg", "systemctl", "is-active", "odoo")
	require.Error(t, err, "it is stopped in truth")

	copied, database, ofDatabase := c.doing("postgres.copy", map[string]any{"from": "stg/clinic_stg", "from_host": "stg", "to": "cloud/clinic_stg",
		"to_host": "cloud-db", "owner": "odoo"})
	t.Cleanup(func() { c.undo(database, ofDatabase) })
	require.Contains(t, copied.Facts, "relations")
	_, err = database.Check(ctx, cutover.Attempt{})
	require.ErrorContains(t, err, "already", "another run must not take it for its own")
	_, err = database.Do(ctx, ofDatabase)
	require.NoError(t, err, "a second attempt starts again cleanly")

	compared, _, _ := c.doing("validate", map[string]any{"legacy": "stg/clinic_stg", "target": "cloud/clinic_stg"})
	require.Equal(t, "0", compared.Facts["different"].String())
	require.Equal(t, "0", compared.Facts["unproven"].String())

	files, folder, ofFolder := c.doing("files.copy", map[string]any{"from_host": "stg", "from_path": "/var/lib/odoo/filestore/clinic_stg",
		"to_host": "cloud-app", "to_path": "/var/lib/odoo/filestore/clinic_stg", "owner": "odoo"})
	t.Cleanup(func() { c.undo(folder, ofFolder) })
	require.NotEqual(t, "0", files.Facts["files"].String())
	_, err = folder.Check(ctx, cutover.Attempt{})
	require.ErrorContains(t, err, "not empty")

	_, start, started := c.doing("service.start", map[string]any{"host": "cloud-app", "unit": "odoo"})
	t.Cleanup(func() { c.undo(start, started) })
	_, gate, opened := c.doing("command", map[string]any{"host": "cloud-app", "do": []any{"sudo", "-n", "/usr/local/sbin/erp-gate", "open"},
		"undo": []any{"sudo", "-n", "/usr/local/sbin/erp-gate", "close"}})
	t.Cleanup(func() { c.undo(gate, opened) })
	seen, _, _ := c.doing("https.probe", map[string]any{"url": "https://erp.cloud.example/web/login", "contains": "login"})
	require.Equal(t, "200", seen.Facts["status"].String())
}
