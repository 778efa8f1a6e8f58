package postgres_test

import (
	"context"
	"encoding/json"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/discover/postgres"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// inLab reads a cluster of the lab over ssh to its machine, as it sees itself.
func inLab(t *testing.T, l *lab.Lab, machine, role, account string) estate.PostgresServer {
	t.Helper()
	auth := remote.Auth{Keys: []remote.Key{{Path: l.Key("assess")}}}
	d, err := remote.New([]remote.Endpoint{{Name: "bastion", Address: l.Machine(t, "bastion").Front, User: "assess", Auth: auth},
		{Name: machine, Address: l.Machine(t, machine).SSH(), User: "assess", Auth: auth, Via: "bastion"}},
		remote.Options{KnownHosts: []string{l.KnownHosts()}})
	require.NoError(t, err)
	defer d.Close()
	collector := postgres.Collector{Name: machine, Environment: estate.Production, Host: machine, Via: []string{"bastion"}, Now: clock,
		Config: pgread.Config{Host: "127.0.0.1", User: role,
			Password: func(context.Context) (string, error) { return l.Password(t, account), nil },
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				return d.DialContext(ctx, machine, network, address)
			}}}
	server := collector.Collect(t.Context(), func(string) {})
	text, err := json.Marshal(server)
	require.NoError(t, err)
	require.NotContains(t, string(text), l.Password(t, account))
	return server
}

// TestLab reads the lab's PostgreSQL 13 and 15 with and without pg_monitor.
func TestLab(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	tests := []struct {
		machine, role, account string
		major                  int
		clients                estate.Coverage
		databases              map[string]string // name → owner
	}{
		{"erp-db", "assess_min", "assess_min", 13, estate.Denied, map[string]string{"clinic": "odoo", "clinic_test": "odoo", "postgres": "postgres"}},
		{"erp-db", "assess_mon", "assess_mon", 13, estate.Known, map[string]string{"clinic": "odoo", "clinic_test": "odoo", "postgres": "postgres"}},
		{"stg", "assess_mon", "assess_mon", 13, estate.Known, map[string]string{"clinic_stg": "odoo", "postgres": "postgres"}},
		{"cloud-db", "assess_min", "cloud_assess_min", 15, estate.Denied, map[string]string{"postgres": "postgres"}},
	}
	for _, test := range tests {
		t.Run(test.machine+"/"+test.role, func(t *testing.T) {
			server := inLab(t, l, test.machine, test.role, test.account)
			require.Equal(t, estate.Known, server.Collected.Coverage, server.Collected.Problem)
			require.Equal(t, test.major, server.Version.Value.Major())
			require.Equal(t, test.clients, server.Clients.Coverage, server.Clients.Problem)
			for name, owner := range test.databases {
				require.Equal(t, owner, database(t, server, name).Owner)
			}
			if test.machine != "erp-db" {
				return
			}
			clinic := database(t, server, "clinic")
			require.Greater(t, len(clinic.Tables.Value), 400)
			tables := map[string]estate.Table{}
			for _, table := range clinic.Tables.Value {
				tables[table.Name] = table
			}
			require.Empty(t, tables["clinic_import_line"].PrimaryKey)
			require.Len(t, tables["clinic_bed_stay"].PrimaryKey, 3)
			require.Equal(t, "materialized view", tables["clinic_encounter_month"].Kind)
			require.Equal(t, estate.Denied, clinic.Sequences.Coverage)
			require.Greater(t, len(clinic.Sequences.Value), 300)
			require.Equal(t, "on", server.Archiver.Value.Mode)
		})
	}
}
