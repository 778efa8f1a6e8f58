package host_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/discover/host"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// ownRecords are what the machine itself writes down: sshd's and sudo's records of logins, and what its services do
// all the time.
var ownRecords = regexp.MustCompile(`^/(var/log/(auth\.log|cron\.log|wtmp|lastlog|btmp|syslog|daemon\.log|messages|user\.log|mail\.|kern\.log|journal/|haproxy|nginx/|lighttpd/|odoo/|postgresql/|hl7-listener\.log|smtp|redis/|traefik/|private/|sysstat/|chrony/|estate/|$)` +
	`|var/lib/(ehr-sim|hl7|postgresql|odoo|redis|ldap|smtp-sink|haproxy|logrotate|systemd/timers|docker|containerd|chrony|private/systemd|dhcp)(/|$)|var/spool/rsyslog|srv/interfaces/(labor|fhir|dicom)|etc/lab-tls|proc/|sys/|run/|dev/)`)

// TestNothingIsWritten reads every machine of the lab, and looks for files that are not as they were.
func TestNothingIsWritten(t *testing.T) {
	l := lab.Exclusive(t)
	var machines []string
	for name, m := range l.Machines() {
		if name != "partner" && m.Part == "" {
			machines = append(machines, name)
			l.Exec(t, name, "touch", "/run/nightferry-marker")
		}
	}
	slices.Sort(machines)
	for _, h := range readLab(t, l) {
		require.Equal(t, estate.Known, h.Collected.Coverage, h.Name)
	}
	for _, name := range machines {
		// -newer compares contents; BusyBox knows no other comparison.
		changed := l.Exec(t, name, "sh", "-c", "find / -xdev -newer /run/nightferry-marker ! -type d; find / -xdev -type d -newer /run/nightferry-marker; rm -f /run/nightferry-marker")
		for path := range strings.Lines(changed) {
			require.Regexp(t, ownRecords, strings.TrimSpace(path)+"/", "%s wrote", name)
		}
	}
}

// TestSudo gives the reader the rights that a first reading asks for, and reads again.
func TestSudo(t *testing.T) {
	l := lab.Exclusive(t)
	e := remote.Endpoint{Name: "erp-db", Address: l.Machine(t, "erp-db").SSH(), User: "assess", Via: "bastion", Auth: remote.Auth{Keys: []remote.Key{{Path: l.Key("assess")}}}}
	bastion := remote.Endpoint{Name: "bastion", Address: l.Machine(t, "bastion").Front, User: "assess", Auth: e.Auth}
	dialer, err := remote.New([]remote.Endpoint{e, bastion}, remote.Options{KnownHosts: []string{l.KnownHosts()}})
	require.NoError(t, err)
	defer dialer.Close()
	read := func(sudo bool) *estate.Host {
		o := options()
		o.Sudo = sudo
		h := host.Collect(t.Context(), dialer, e, estate.Production, o, func(string) {})
		require.Equal(t, estate.Known, h.Collected.Coverage, h.Collected.Problem)
		return h
	}
	l.Exec(t, "erp-db", "sh", "-c", "echo '17 3 * * * /usr/local/bin/by-root --patient=Quarzling' | crontab -u root -")
	defer l.Exec(t, "erp-db", "sh", "-c", "crontab -u root -r; rm -f /etc/sudoers.d/zz-reader")

	plain := read(true) // asked for, and not given
	require.Equal(t, read(false).Listeners, plain.Listeners, "sudo that is not allowed changes nothing")
	require.Contains(t, plain.Schedules.Grant, "/usr/bin/crontab -l -u root")
	var rights []string
	for _, gap := range (estate.Inventory{Hosts: []estate.Host{*plain}}).Gaps() {
		if right, ok := strings.CutPrefix(gap.Mend, "sudo: "); ok {
			rights = append(rights, right)
		}
	}
	l.Exec(t, "erp-db", "sh", "-c", "printf '%s\\n' "+remote.Quote(rights...)+" >/etc/sudoers.d/zz-reader; chmod 440 /etc/sudoers.d/zz-reader; visudo -cq")

	seen := read(true)
	require.Empty(t, seen.Listeners.Grant)
	require.True(t, slices.ContainsFunc(seen.Listeners.Value, func(l estate.Listener) bool { return l.Port == 22 && l.Process == "sshd" }))
	require.Empty(t, seen.Schedules.Grant)
	require.True(t, slices.ContainsFunc(seen.Schedules.Value, func(s estate.Schedule) bool {
		return s.Where == "crontab of root" && s.Program == "by-root" && s.When == "17 3 * * *"
	}), "%v", seen.Schedules.Value)
	require.Equal(t, "sudo", seen.Schedules.Privilege)
	require.Empty(t, seen.Accounts.Grant)
	require.Equal(t, "sudo", seen.Accounts.Privilege)
	require.NotContains(t, string(text(t, seen)), "Quarzling")
	require.Equal(t, plain.Accounts, read(false).Accounts, "without --sudo nothing is tried")
}
