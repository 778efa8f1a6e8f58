package host

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/classify/rules"
	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabRulesAsRoot: with the grants, rules find on the machines what the unprivileged account leaves unknown; on the
// landing zone they find that two ends of life have come, and nothing else.
func TestLabRulesAsRoot(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	set, err := rules.Load()
	require.NoError(t, err)
	machines := map[string]estate.Environment{"erp-app": estate.Production, "erp-db": estate.Production, "intf": estate.Production, "stg": estate.NonProduction,
		"edge": estate.SharedEnv, "cloud-app": estate.Target, "cloud-db": estate.Target}
	e := rules.Estate{Services: []estate.Service{{Name: "erp", Criticality: estate.BusinessCritical, Hosts: []string{"erp-app", "erp-db", "intf", "edge"}}}}
	for machine, environment := range machines {
		read := readTranscript(l.Exec(t, machine, "sh", "-c", script("n0nce", true)), "n0nce")
		require.True(t, read.bye, machine)
		h := estate.UnreadHost(machine, environment, estate.Collection{Coverage: estate.Known, At: time.Now().UTC()})
		fill(&h, read)
		e.Inventory.Hosts = append(e.Inventory.Hosts, h)
	}
	for _, machine := range []string{"erp-db", "cloud-db"} { // PostgreSQL itself tells an unprivileged role nothing of its access rules
		server := estate.UnreadPostgres(machine, machines[machine], estate.Collection{Coverage: estate.Known, At: time.Now().UTC()})
		server.Host = machine
		e.Inventory.Postgres = append(e.Inventory.Postgres, server)
	}
	found := map[string]string{}
	for _, f := range set.Evaluate(e).Findings {
		found[f.Code+" "+f.Asset] = strings.Join(f.Evidence, "\n")
	}
	for at, shows := range map[string]string{
		"backup-stale host/erp-db":                    "days old",
		"backup-on-the-same-host host/erp-db":         "/var/backups/pg",
		"backup-never-restored host/erp-db":           "",
		"wal-archive-without-base-backup host/erp-db": "",
		"database-manager-public host/erp-app":        "/etc/odoo/odoo.conf",
		"database-manager-public host/stg":            "/etc/odoo/odoo.conf",
		"odoo-master-password-clear host/erp-app":     "admin_passwd in clear",
		"odoo-database-without-tls host/erp-app":      "erp-db.clinic.example",
		"sudo-without-password host/erp-app":          "itsupport",
		"redis-without-password host/intf":            "/etc/redis/redis.conf",
		"tls-not-verified-upstream host/edge":         "haproxy",
		"log-forwarding-in-clear host/erp-app":        "edge",
		"container-as-root host/edge":                 "hl7-archiver",
		"hba-open-to-all postgres/erp-db":             "/etc/postgresql/13/main/pg_hba.conf: host",
		"hba-md5 postgres/erp-db":                     "by md5",
	} {
		require.Contains(t, found, at, "it is planted")
		require.Contains(t, found[at], shows, at)
	}
	require.NotContains(t, found, "wal-archive-without-base-backup host/stg", "the server's own log is no archive")
	require.NotContains(t, found, "dump-left-behind host/erp-db", "its backups are told as such")
	for at, evidence := range found {
		require.NotContains(t, at, "postgres/cloud-db", evidence)
		if strings.Contains(at, "host/cloud-") {
			require.Contains(t, []string{"odoo-end-of-life host/cloud-app", "operating-system-end-of-life host/cloud-app"}, at, evidence)
		}
	}
}
