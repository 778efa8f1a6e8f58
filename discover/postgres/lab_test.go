package postgres_test

import (
	"context"
	"encoding/json"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/discover/postgres"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// inLab reads a cluster of the lab over ssh to its machine, as it sees itself.
func inLab(t *testing.T, l *lab.Lab, machine, role, account string, adjust ...func(*pgread.Config)) estate.PostgresServer {
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
	for _, change := range adjust {
		change(&collector.Config)
	}
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

// TestLabAgainstTruth compares what both accounts saw with what is planted: found, or denied with the right that shows it.
func TestLabAgainstTruth(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	truth, err := lab.ReadTruth()
	require.NoError(t, err)
	require.NotEmpty(t, truth.Postgres)
	for _, planted := range truth.Postgres {
		for _, role := range []string{"assess_min", "assess_mon"} {
			t.Run(planted.Machine+"/"+role, func(t *testing.T) {
				account := role
				if planted.Machine == "cloud-db" {
					account = "cloud_" + role
				}
				server := inLab(t, l, planted.Machine, role, account)
				require.Equal(t, planted.Version, server.Version.Value.Major())
				require.False(t, server.Version.Value.EndOfLife.IsZero())
				checkPlanted(t, planted, server)
				for _, d := range server.Databases.Value {
					require.Empty(t, missed(server, d.Name), "every section is known, or denied")
				}
				for _, gap := range (estate.Inventory{Postgres: []estate.PostgresServer{server}}).Gaps() {
					require.Contains(t, []estate.Coverage{estate.Denied, estate.Known}, gap.Coverage, "%s %s: %s", gap.Asset, gap.Section, gap.Problem)
					require.NotEmpty(t, gap.Mend, "%s %s", gap.Asset, gap.Section)
					require.NotContains(t, gap.Mend, "pg_read_all_data")
				}
				monitored := role == "assess_mon"
				require.Equal(t, monitored, server.WAL.Coverage.IsKnown())
				require.Equal(t, monitored, server.Clients.Coverage.IsKnown())
				require.Equal(t, estate.Denied, server.Access.Coverage)
				require.Equal(t, estate.Denied, server.PasswordForms.Coverage)
			})
		}
	}
}

func checkPlanted(t *testing.T, planted lab.TrueCluster, server estate.PostgresServer) {
	t.Helper()
	settings := map[string]string{}
	for _, s := range server.Settings.Value {
		settings[s.Name] = s.Value
	}
	for name, value := range planted.Settings {
		require.Equal(t, value, settings[name], name)
	}
	roles := map[string]estate.Role{}
	for _, r := range server.Roles.Value {
		roles[r.Name] = r
	}
	for _, want := range planted.Roles {
		got, found := roles[want.Name]
		require.True(t, found, want.Name)
		require.Equal(t, []bool{want.Superuser, want.CreateDB || want.Superuser}, []bool{got.Superuser, got.CreateDB || got.Superuser}, want.Name)
		if want.MemberOf != "" {
			require.Contains(t, got.MemberOf, want.MemberOf, want.Name)
		}
	}
	for _, want := range planted.Databases {
		require.Equal(t, want.Owner, database(t, server, want.Name).Owner)
	}
}

// TestLabMoves: what the lab's clinic could move by, and what is in the way.
func TestLabMoves(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	truth, err := lab.ReadTruth()
	require.NoError(t, err)
	server := inLab(t, l, "erp-db", "assess_min", "assess_min")
	clinic := database(t, server, "clinic")
	obstacles, known := estate.LogicalObstacles(clinic)
	require.True(t, known)
	without := map[string]bool{}
	for _, o := range obstacles {
		if o.Code == "no-identity" {
			without[strings.TrimPrefix(o.Object, "public.")] = true
		}
	}
	for _, name := range truth.Tables.WithoutPrimaryKey {
		require.True(t, without[name], name)
	}
	for _, name := range truth.Tables.CompositePrimaryKey {
		require.False(t, without[name], name)
	}
	methods := estate.MoveMethods(server, clinic, 15)
	require.Equal(t, []estate.Answer{estate.Yes, estate.Yes, estate.No}, []estate.Answer{methods[0].Open, methods[1].Open, methods[2].Open}, "%+v", methods)
	require.Equal(t, []estate.Answer{estate.No, estate.Yes}, []estate.Answer{methods[0].Restart, methods[1].Restart}, "wal_level is replica")
	t.Logf("clinic: %d tables, %d without identity, %d obstacles in all; features of versions: %+v", len(clinic.Tables.Value), len(without), len(obstacles), clinic.Features.Value)
}
