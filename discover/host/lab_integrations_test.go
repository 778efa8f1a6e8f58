package host

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabIntegrationsAsRoot: with root's eyes on the machines alone, every integration is found that their files or
// sockets show, those too that are closed to the unprivileged account; and no other but what root's eyes add here.
func TestLabIntegrationsAsRoot(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	var in classify.Input
	for _, machine := range l.Truth().Machines {
		read := readTranscript(l.Exec(t, machine.Name, "sh", "-c", script("n0nce", false)), "n0nce")
		require.True(t, read.bye, machine.Name)
		h := estate.UnreadHost(machine.Name, estate.UnknownEnv, estate.Collection{Coverage: estate.Known, Via: []string{"bastion"}})
		fill(&h, read)
		in.Inventory.Hosts = append(in.Inventory.Hosts, h)
	}
	found := map[string]estate.Integration{}
	for _, i := range classify.Assess(in).Integrations {
		if i.From != "outside/10.77.1.1" && i.From != "host/bastion" { // other tests that visit the lab meanwhile
			found[i.From+" "+i.To+" "+i.Protocol] = i
		}
	}
	planted, configured, sockets, together := 0, 0, 0, 0
	for _, want := range l.Truth().Integrations {
		if want.Reader == "odoo" || want.Reader == "administrator" || want.Idle {
			continue // the database of Odoo shows it, or nothing does
		}
		key := want.From + " " + want.To + " " + want.Protocol
		got, seen := found[key]
		planted++
		if seen && len(got.Configured) > 0 {
			configured++
		}
		if seen && len(got.Observed) > 0 {
			sockets++
		}
		if seen {
			together++
		}
		byFiles, bySockets := slices.Contains(want.ShownBy, "configuration"), slices.Contains(want.ShownBy, "sockets")
		if !byFiles && !bySockets {
			continue
		}
		require.True(t, seen, "%s is planted and was not found", key)
		require.True(t, !byFiles || len(got.Configured) > 0, "%s in configuration", key)
		require.True(t, !bySockets || len(got.Observed) > 0, "%s in sockets", key)
		require.Equal(t, want.Port, got.Port, key)
	}
	t.Logf("recall of %d planted integrations by machines alone, as root: configuration alone %d, sockets alone, one look, %d, together %d", planted, configured, sockets, together)
	require.GreaterOrEqual(t, together*100/planted, 90)

	// odoo.conf, which root reads, names the databases and their encryption.
	erp := found["host/erp-app host/erp-db postgresql"]
	require.Contains(t, erp.Configured, "db_host in /etc/odoo/odoo.conf on erp-app")
	require.Equal(t, estate.PasswordProof, erp.Authentication)
	cloud := found["host/cloud-app host/cloud-db postgresql"]
	require.Equal(t, estate.TLSEncryption, cloud.Encryption, "%v", cloud)
	require.Equal(t, []string{"15 3 * * * (/var/spool/cron/crontabs/root)"}, found["host/old-crm outside/ftp.mailer.example ftp"].Schedule)
	delete(found, "host/cloud-app host/cloud-db postgresql")
	for _, want := range l.Truth().Integrations {
		delete(found, want.From+" "+want.To+" "+want.Protocol)
	}
	require.Empty(t, found, "found, and not planted: one of the two is wrong")
}
