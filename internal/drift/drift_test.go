package drift_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/drift"
	"nightferry/internal/estate"
)

// hospital is an inventory of one host and one database server, all of it known.
func hospital() estate.Inventory {
	known := estate.Collection{Coverage: estate.Known, At: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)}
	h := estate.UnreadHost("erp-app", estate.Production, known)
	h.Listeners = estate.Know("ss", []estate.Listener{{Protocol: "tcp", Address: "*", Port: 443, Process: "nginx"}})
	h.Packages = estate.Know("dpkg", []estate.Package{{Name: "linux-image", Version: "5.10"}, {Name: "linux-image", Version: "5.11"}, {Name: "nginx", Version: "1.18"}})
	h.Configurations = estate.Know("files", []estate.Configuration{{Product: "odoo", File: "/etc/odoo/odoo.conf", Settings: []estate.Option{{Name: "workers", Value: "2"}, {Name: "list_db", Value: "True"}}}})
	h.Connections = estate.Know("proc", []estate.Connection{{PeerAddress: "10.0.0.9", Count: 1}})
	h.Mounts = estate.Know("mounts", []estate.Mount{{Target: "/", SizeBytes: 10, UsedBytes: 5}})
	h.SudoRules = estate.Miss[[]estate.SudoRule](estate.Denied, "sudoers", "", "")
	p := estate.UnreadPostgres("erp", estate.Production, known)
	p.WAL = estate.Know("pg_ls_waldir", estate.WALFolder{Files: 4})
	p.Settings = estate.Know("pg_settings", []estate.Setting{{Name: "fsync", Value: "on"}})
	p.Databases = estate.Know("pg_database", []estate.Database{{Name: "clinic", Owner: "odoo", Tables: estate.Know("pg_class", []estate.Table{{Schema: "public", Name: "res_partner", RowEstimate: 5}})}})
	c := estate.UnreadCluster("landing", estate.Target, known)
	c.Workloads = estate.Know("deployments.apps", []estate.ClusterWorkload{{Kind: "Deployment", Namespace: "erp", Name: "web", Ready: 2}, {Kind: "Deployment", Namespace: "portal", Name: "web"}})
	c.Roles = estate.Know("clusterroles", []estate.RBACRole{{Name: "edit"}, {Namespace: "erp", Name: "edit"}})
	c.Backups = estate.Know("backups.velero.io", []estate.ClusterBackup{{Kind: "Backup (Velero)", Name: "a"}})
	return estate.Inventory{Hosts: []estate.Host{h}, Postgres: []estate.PostgresServer{p}, Clusters: []estate.Cluster{c}}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	one := func(asset, section string, kind drift.Kind, thing string, fields ...drift.Field) []drift.Change {
		return []drift.Change{{Asset: asset, Section: section, Kind: kind, Thing: thing, Fields: fields}}
	}
	tests := map[string]struct {
		change func(*estate.Inventory)
		want   []drift.Change
	}{
		"nothing": {func(*estate.Inventory) {}, []drift.Change{}},
		"what moves by itself": {func(in *estate.Inventory) {
			h := &in.Hosts[0]
			h.Collected.At = h.Collected.At.Add(time.Hour)
			h.Connections.Value[0].Count = 7
			h.Mounts.Value[0].UsedBytes = 9
			in.Postgres[0].Databases.Value[0].Tables.Value[0].RowEstimate = 50
			in.Postgres[0].Databases.Value[0].Tables.Value[0].XIDAge = 1000
			in.Postgres[0].WAL.Value.Files = 9
			in.Clusters[0].Workloads.Value[0].Ready = 1
			in.Clusters[0].Backups.Value[0].Name = "b"
		}, []drift.Change{}},
		"a port opens": {func(in *estate.Inventory) {
			in.Hosts[0].Listeners.Value = append(in.Hosts[0].Listeners.Value, estate.Listener{Protocol: "tcp", Address: "10.0.0.1", Port: 23})
		}, one("host/erp-app", "listeners", drift.Added, "tcp 10.0.0.1 23")},
		"a program behind a port": {func(in *estate.Inventory) { in.Hosts[0].Listeners.Value[0].Process = "haproxy" },
			one("host/erp-app", "listeners", drift.Changed, "tcp * 443", drift.Field{Name: "process", Old: "nginx", New: "haproxy"})},
		"one of two packages of a name": {func(in *estate.Inventory) {
			in.Hosts[0].Packages.Value = append([]estate.Package{}, in.Hosts[0].Packages.Value[0], in.Hosts[0].Packages.Value[2])
		}, one("host/erp-app", "packages", drift.Removed, "linux-image (2)")},
		"a setting": {func(in *estate.Inventory) { in.Hosts[0].Configurations.Value[0].Settings[0].Value = "4" },
			one("host/erp-app", "configurations", drift.Changed, "odoo /etc/odoo/odoo.conf", drift.Field{Name: "settings.workers", Old: "2", New: "4"})},
		"a workload of two of a name": {func(in *estate.Inventory) { in.Clusters[0].Workloads.Value[1].HostNetwork = true },
			one("cluster/landing", "workloads", drift.Changed, "Deployment portal web", drift.Field{Name: "host_network", New: "true"})},
		"a role of a namespace": {func(in *estate.Inventory) { in.Clusters[0].Roles.Value[1].Powers = []string{"everything"} },
			one("cluster/landing", "roles", drift.Changed, "erp edit", drift.Field{Name: "powers", New: "everything"})},
		"a table in a database": {func(in *estate.Inventory) {
			in.Postgres[0].Databases.Value[0].Tables.Value[0].Unlogged = true
		}, one("postgres/erp", "databases clinic tables", drift.Changed, "public res_partner", drift.Field{Name: "unlogged", New: "true"})},
		"a right lost": {func(in *estate.Inventory) {
			in.Hosts[0].Listeners = estate.Miss[[]estate.Listener](estate.Denied, "ss", "", "")
		}, one("host/erp-app", "listeners", drift.Hidden, "", drift.Field{Name: "coverage", Old: "known", New: "denied"})},
		"a right won": {func(in *estate.Inventory) {
			in.Hosts[0].SudoRules = estate.Know("sudoers", []estate.SudoRule{{Who: "root"}})
		},
			one("host/erp-app", "sudo_rules", drift.Shown, "", drift.Field{Name: "coverage", Old: "denied", New: "known"})},
		"unknown both times": {func(in *estate.Inventory) { in.Hosts[0].SudoRules.Coverage = estate.Timeout }, []drift.Change{}},
		"a host gone":        {func(in *estate.Inventory) { in.Hosts = nil }, one("host/erp-app", "", drift.Removed, "")},
		"a host unreachable": {func(in *estate.Inventory) {
			in.Hosts[0] = estate.UnreadHost("erp-app", estate.Production, estate.Collection{Coverage: estate.Timeout})
		}, one("host/erp-app", "", drift.Hidden, "", drift.Field{Name: "coverage", Old: "known", New: "timeout"})},
		"another environment": {func(in *estate.Inventory) { in.Hosts[0].Environment = estate.SharedEnv },
			one("host/erp-app", "environment", drift.Changed, "", drift.Field{Name: "environment", Old: "production", New: "shared"})},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after := hospital()
			tt.change(&after)
			got, err := drift.Compare(hospital(), after)
			require.NoError(t, err)
			for i := range got {
				if len(got[i].Fields) == 0 {
					got[i].Fields = nil
				}
			}
			require.Equal(t, tt.want, got)
		})
	}
}
