package lab_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// A probe looks for one finding of truth.yaml where it is planted, with root's eyes, and tells whether it is there.
type probe func(*prober) bool

type prober struct {
	*testing.T
	lab    *lab.Lab
	dialer *remote.Dialer
}

// shell is a probe that runs a script on a machine: exit code 0 means found.
func shell(machine, script string) probe {
	return func(p *prober) bool {
		_, err := p.lab.Try(p, machine, "sh", "-c", script)
		return err == nil
	}
}

// query is a probe that asks a database for one truth value.
func query(machine, database, sql string) probe {
	return func(p *prober) bool {
		answer := p.lab.Exec(p, machine, "setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups",
			"psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql)
		require.Contains(p, []string{"t\n", "f\n"}, answer, sql)
		return answer == "t\n"
	}
}

// agrees is a probe that finds a server willing to speak a version of TLS.
func agrees(machine, name string, version uint16) probe {
	return func(p *prober) bool {
		conn, err := p.dialer.DialContext(p.Context(), "bastion", "tcp", net.JoinHostPort(p.lab.Machine(p, machine).SSH(), "443"))
		require.NoError(p, err)
		defer conn.Close()
		require.NoError(p, conn.SetDeadline(time.Now().Add(20*time.Second)))
		client := tls.Client(conn, &tls.Config{ServerName: name, InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		err = client.HandshakeContext(p.Context())
		if err != nil {
			p.Logf("%s with TLS %#x: %v", machine, version, err)
		}
		return err == nil
	}
}

// answers is a probe of what an ERP's pages say; the gateway of stg shows a certificate of its own.
func answers(host, path string, found func(*http.Response) bool) probe {
	return func(p *prober) bool {
		client := p.lab.HTTPClient(p)
		client.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true
		request, err := http.NewRequestWithContext(p.Context(), http.MethodGet, "https://"+host+path, nil)
		require.NoError(p, err)
		response, err := client.Do(request)
		require.NoError(p, err)
		defer response.Body.Close()
		return found(response)
	}
}

// served is a probe of the certificate that truth.yaml states for a machine, which TestCertificatesAreAsStated looks at.
func served(machine string, found func(lab.TrueCertificate) bool) probe {
	return func(p *prober) bool {
		m, ok := p.lab.Truth().Machine(machine)
		return ok && len(m.Certificates) > 0 && found(m.Certificates[0])
	}
}

func noHSTS(r *http.Response) bool       { return r.Header.Get("Strict-Transport-Security") == "" }
func showsVersion(r *http.Response) bool { return strings.Contains(r.Header.Get("Server"), "/") }
func isServed(r *http.Response) bool     { return r.StatusCode == http.StatusOK }

// canary returns the value of a canary, which no message may show.
func (p *prober) canary(name string) string {
	for _, planted := range append(p.lab.Canaries().Secrets, p.lab.Canaries().Patients...) {
		if planted.Name == name {
			return planted.Value
		}
	}
	require.Fail(p, "no such canary", name)
	return ""
}

// shows is a probe that finds a canary in what a script prints.
func shows(machine, script, canary string) probe {
	return func(p *prober) bool {
		return strings.Contains(p.lab.Exec(p, machine, "sh", "-c", script), p.canary(canary))
	}
}

// all is a probe for what several probes must find.
func all(probes ...probe) probe {
	return func(p *prober) bool {
		for _, one := range probes {
			if !one(p) {
				return false
			}
		}
		return true
	}
}

const administrators = `SELECT u.id, u.login FROM res_users u JOIN res_groups_users_rel r ON r.uid = u.id
	JOIN ir_model_data d ON d.model = 'res.groups' AND d.res_id = r.gid AND d.module = 'base' AND d.name = 'group_system' WHERE u.active`

// probes names, for each finding of truth.yaml, how it is seen. The key is what and asset.
var probes = map[string]probe{
	"backup-stale erp-db/clinic": shell("erp-db", `ls /var/backups/pg/*.dump && [ -z "$(find /var/backups/pg -name '*.dump' -mtime -40)" ]`),
	"backup-never-restored erp-db/clinic": shell("erp-db",
		`! grep -rqs pg_restore /etc/cron* /etc/systemd/system /usr/local /var/log/pg_dump_clinic.log`),
	"backup-on-the-same-host erp-db/clinic": shell("erp-db", `[ "$(stat -c %d /var/backups/pg)" = "$(stat -c %d /var/lib/postgresql/13/main)" ]`),
	"backup-on-the-same-host intf/interfaces": shell("intf", `grep -q RESTIC_REPOSITORY=/var/backups/restic /usr/local/sbin/interfaces-backup &&
		[ "$(stat -c %d /var/backups/restic)" = "$(stat -c %d /srv/interfaces)" ]`),
	"wal-archive-without-base-backup erp-db": shell("erp-db",
		`cd /var/lib/postgresql/wal_archive && ls 0* && ! ls *.backup && [ -z "$(find / -xdev -name 'base.tar*')" ]`),
	"filestore-without-backup erp-app":       shell("erp-app", `! grep -rqs filestore /etc/cron* /etc/systemd/system /usr/local`),
	"database-without-backup stg/clinic_stg": shell("stg", `! grep -rqsE 'pg_dump|pg_basebackup' /etc/cron* /etc/systemd/system /usr/local && ! ls /var/backups/pg`),
	"hba-open-to-all erp-db":                 query("erp-db", "postgres", `SELECT count(*) > 0 FROM pg_hba_file_rules WHERE address = '0.0.0.0' AND netmask = '0.0.0.0' AND error IS NULL`),
	"hba-md5 erp-db":                         query("erp-db", "postgres", `SELECT count(*) > 0 FROM pg_hba_file_rules WHERE auth_method = 'md5' AND error IS NULL`),
	"password-md5 erp-db/dba_old":            query("erp-db", "postgres", `SELECT rolpassword LIKE 'md5%' FROM pg_authid WHERE rolname = 'dba_old'`),
	"superuser-login-forgotten erp-db/dba_old": query("erp-db", "postgres",
		`SELECT rolsuper AND rolcanlogin AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = rolname) FROM pg_roles WHERE rolname = 'dba_old'`),
	"fsync-off erp-db":                       query("erp-db", "postgres", `SELECT current_setting('fsync') = 'off'`),
	"postgres-without-tls erp-db":            query("erp-db", "postgres", `SELECT current_setting('ssl') = 'off'`),
	"postgres-without-connection-log erp-db": query("erp-db", "postgres", `SELECT current_setting('log_connections') = 'off'`),
	"stray-database erp-db/clinic_test": all(query("erp-db", "clinic_test", `SELECT count(*) > 1000 FROM clinic_patient`),
		shell("erp-app", `! grep -rqs clinic_test /etc`), shell("stg", `! grep -rqs clinic_test /etc`)),
	"pgpass-of-retired-server erp-db":         shell("erp-db", `grep -q '^10\.77\.7\.40:' /var/lib/postgresql/.pgpass && ! getent hosts 10.77.7.40`),
	"table-without-primary-key erp-db/clinic": query("erp-db", "clinic", `SELECT NOT EXISTS (SELECT FROM pg_index WHERE indrelid = 'clinic_import_line'::regclass AND indisprimary)`),
	"single-point-of-failure erp-db":          query("erp-db", "postgres", `SELECT NOT EXISTS (SELECT FROM pg_stat_replication) AND NOT EXISTS (SELECT FROM pg_replication_slots)`),
	"same-password-in-two-environments stg": func(p *prober) bool {
		read := func(machine string) string {
			return p.lab.Exec(p, machine, "sed", "-n", "s/^db_password = //p", "/etc/odoo/odoo.conf")
		}
		return read("erp-app") != "" && read("erp-app") == read("stg")
	},
	"real-patients-in-non-production stg/clinic_stg": samePatients,
	"masked-copy-with-identifiers stg/clinic_stg":    all(samePatients, statedMasked),
	"certificate-self-signed stg":                    served("stg", func(c lab.TrueCertificate) bool { return c.SelfSigned }),
	"certificate-expires-soon edge":                  served("edge", func(c lab.TrueCertificate) bool { return c.DaysLeft < 30 && c.Expired == "" }),
	"certificate-expired old-crm":                    served("old-crm", func(c lab.TrueCertificate) bool { return c.Expired != "" }),
	"tls-old-protocol erp-app":                       agrees("erp-app", "erp.clinic.example", tls.VersionTLS10),
	"tls-old-protocol stg":                           agrees("stg", "stg.clinic.example", tls.VersionTLS10),
	"tls-old-protocol old-crm":                       agrees("old-crm", "crm.clinic.example", tls.VersionTLS10),
	"tls-not-verified-upstream edge":                 shell("edge", `grep -q 'ssl verify none' /etc/haproxy/haproxy.cfg`),
	"hsts-missing erp-app":                           answers("erp.clinic.example", "/web/login", noHSTS),
	"server-version-shown erp-app":                   answers("erp.clinic.example", "/web/login", showsVersion),
	"database-manager-public erp-app":                answers("erp.clinic.example", "/web/database/manager", isServed),
	"database-manager-public stg":                    answers("stg.clinic.example", "/web/database/manager", isServed),
	"odoo-master-password-clear erp-app":             shell("erp-app", `grep -q '^admin_passwd = [^$]' /etc/odoo/odoo.conf`),
	"odoo-end-of-life erp-app":                       shell("erp-app", `dpkg -s odoo-14 | grep -q '^Version: 14'`),
	"odoo-end-of-life stg":                           shell("stg", `dpkg -s odoo-14 | grep -q '^Version: 14'`),
	"odoo-administrator-never-logged-in erp-app/vendor.admin": query("erp-db", "clinic", `SELECT array_agg(login) = '{vendor.admin}' FROM (`+administrators+`) a
		WHERE NOT EXISTS (SELECT FROM res_users_log WHERE create_uid = a.id)`),
	"odoo-shared-login erp-app/ward1":         query("erp-db", "clinic", `SELECT name ILIKE '%(shared)%' FROM res_partner p JOIN res_users u ON u.partner_id = p.id WHERE login = 'ward1'`),
	"odoo-shared-login erp-app/it.support":    query("erp-db", "clinic", `SELECT name ILIKE 'shared %' FROM res_partner p JOIN res_users u ON u.partner_id = p.id WHERE login = 'it.support'`),
	"odoo-password-clear erp-app/legacy.sync": query("erp-db", "clinic", `SELECT array_agg(login) = '{legacy.sync}' FROM res_users WHERE password !~ '^\$[^$]+\$[^$]+\$.'`),
	"odoo-old-api-key erp-app/it.support": query("erp-db", "clinic",
		`SELECT count(*) = 1 FROM res_users_apikeys k JOIN res_users u ON u.id = k.user_id WHERE login = 'it.support' AND k.create_date < '2022-01-01'`),
	"odoo-secrets-in-parameters erp-app": query("erp-db", "clinic", `SELECT count(*) = 3 FROM ir_config_parameter WHERE key ~ '^clinic\..*(secret|api_key)$' AND value <> ''`),
	"odoo-ldap-without-tls erp-app":      query("erp-db", "clinic", `SELECT count(*) = 1 FROM res_company_ldap WHERE NOT ldap_tls`),
	"odoo-mail-without-tls erp-app":      query("erp-db", "clinic", `SELECT count(*) = 1 FROM ir_mail_server WHERE active AND smtp_encryption = 'none'`),
	"odoo-token-in-server-action erp-app": func(p *prober) bool {
		return query("erp-db", "clinic", `SELECT count(*) = 1 FROM ir_act_server WHERE code LIKE '%`+p.canary("server_action_token")+`%'`)(p)
	},
	"odoo-module-left-on-disk erp-app/clinic_old_export": all(shell("erp-app", `[ -f /opt/odoo/addons/clinic_old_export/__manifest__.py ]`),
		query("erp-db", "clinic", `SELECT NOT EXISTS (SELECT FROM ir_module_module WHERE name = 'clinic_old_export' AND state = 'installed')`)),
	"sudo-without-password erp-app/itsupport":          shell("erp-app", `sudo -l -U itsupport | grep -q 'NOPASSWD: ALL'`),
	"secret-in-unit-environment erp-app":               shows("erp-app", "systemctl show -p Environment odoo", "unit_environment"),
	"secret-in-shell-history erp-app":                  shows("erp-app", "cat /root/.bash_history", "shell_history"),
	"log-forwarding-in-clear erp-app":                  shell("erp-app", `grep -rq omfwd /etc/rsyslog.d && ! grep -rqi StreamDriver /etc/rsyslog.conf /etc/rsyslog.d`),
	"undocumented-change erp-app/etc/nginx/nginx.conf": shell("erp-app", `dpkg -V nginx-common | grep -q '^..5.* c /etc/nginx/nginx.conf$'`),
	"undocumented-change erp-app/usr/bin/odoo":         shell("erp-app", `dpkg -V odoo-14 | grep -q '^..5.* /usr/bin/odoo$'`),
	"undocumented-change erp-app/usr/lib/python3/dist-packages/odoo/addons/mail/models/mail_mail.py": shell("erp-app",
		`dpkg -V odoo-14 | grep -q '^..5.* /usr/lib/python3/dist-packages/odoo/addons/mail/models/mail_mail.py$'`),
	"patients-in-log erp-app":             shows("erp-app", "find /var/log/odoo/import.log -perm -004 -exec cat {} +", "log_line"),
	"patients-in-file-names erp-app":      shows("erp-app", "ls /srv/scans/2024", "file_scan"),
	"patients-in-readable-export erp-app": shell("erp-app", `find /srv/export -name '*.csv' -perm -004 -exec head -n 1 {} + | grep -q '^mrn;family;given;born'`),
	"redis-without-password intf":         shell("intf", `[ "$(redis-cli -h 127.0.0.1 ping)" = PONG ]`),
	"redis-beyond-loopback intf": shell("bastion",
		`bash -c 'exec 3<>/dev/tcp/10.77.7.23/6379 && printf "PING\r\n" >&3 && timeout 10 head -c 5 <&3' | grep -q PONG`),
	"secret-in-command-line intf":              shows("intf", "ps -eo args", "daemon_token"),
	"secret-in-script intf":                    shows("intf", "cat /usr/local/bin/fhir-pull", "fhir_curl"),
	"secret-in-cron intf":                      shows("intf", "cat /etc/cron.d/fhir-pull", "cron_password"),
	"secret-in-fstab intf":                     shows("intf", "cat /etc/fstab", "cifs_password"),
	"cifs-version-1 intf":                      shell("intf", `grep -q 'cifs.*vers=1\.0' /etc/fstab`),
	"hl7-without-tls intf":                     shell("intf", `! timeout 20 openssl s_client -connect 10.77.7.23:2575 </dev/null`),
	"dicom-without-tls intf":                   shell("intf", `! timeout 20 openssl s_client -connect 127.0.0.1:11112 </dev/null`),
	"host-keys-accepted-unseen intf":           shell("intf", `grep -q StrictHostKeyChecking=accept-new /usr/local/bin/labor-push`),
	"patients-in-unit-description intf":        shows("intf", "systemctl show -p Description labor-push", "unit_description"),
	"patients-in-command-line intf":            shows("intf", "ps -eo args", "command_line"),
	"patients-in-file-names intf":              shows("intf", "ls /srv/interfaces/hl7/in", "file_hl7"),
	"ldap-without-tls edge":                    shell("edge", `ldapsearch -x -H ldap://10.77.7.25 -b '' -s base && ! ldapsearch -ZZ -x -H ldap://10.77.7.25 -b '' -s base`),
	"statistics-page-in-clear edge":            shell("bastion", `[ "$(curl -s -o /dev/null -w '%{http_code}' http://10.77.7.25:8404/)" = 401 ]`),
	"container-as-root edge/hl7-archiver":      shell("edge", `[ -z "$(docker inspect --format '{{.Config.User}}' hl7-archiver)" ]`),
	"hsts-missing edge/reports.clinic.example": answers("reports.clinic.example:8443", "/", noHSTS),
	"telnet old-crm":                           shell("bastion", `bash -c 'exec 3<>/dev/tcp/10.77.7.26/23'`),
	"ftp old-crm":                              shell("old-crm", `grep -q '^ftpput' /usr/local/bin/crm-export`),
	"patients-in-file-names old-crm":           shows("old-crm", "ls /srv/crm-export", "file_crm"),
	"no-time-synchronisation erp-db":           noProgram("erp-db", "chronyd", "ntpd", "systemd-timesyncd"),
	"no-log-forwarding erp-db":                 shell("erp-db", `! grep -rqE '^[^#].*@[a-z0-9@(]|omfwd|omrelp' /etc/rsyslog.conf /etc/rsyslog.d`),
	"no-monitoring-agent erp-db":               noProgram("erp-db", "prometheus-node-exporter", "node_exporter", "zabbix_agentd", "telegraf"),
	"operating-system-end-of-life erp-app":     shell("erp-app", `. /etc/os-release && [ "$ID $VERSION_ID" = 'debian 11' ]`),
	"operating-system-end-of-life erp-db":      shell("erp-db", `. /etc/os-release && [ "$ID $VERSION_ID" = 'debian 11' ]`),
}

// samePatients tells whether staging's patients are production's, by names, dates of birth and numbers.
func samePatients(p *prober) bool {
	sum := func(machine, database string) string {
		return p.lab.Exec(p, machine, "setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "psql", "-qXAt", "-d", database, "-c",
			`SELECT md5(string_agg(concat_ws('|', mrn, last_name, first_name, birth_date, ssn, nir), ',' ORDER BY mrn)) FROM clinic_patient WHERE mrn LIKE 'MRN%'`)
	}
	return len(sum("stg", "clinic_stg")) == 33 && sum("stg", "clinic_stg") == sum("erp-db", "clinic")
}

// statedMasked tells whether people say that the staging database is a masked copy.
func statedMasked(p *prober) bool {
	text, err := os.ReadFile("engagement.yaml")
	require.NoError(p, err)
	return strings.Contains(string(text), "{database: clinic_stg, of: erp/clinic, content: masked,")
}

// noProgram is a probe that finds none of the programs running.
func noProgram(machine string, names ...string) probe {
	return shell(machine, `! ps -eo comm,args | grep -E '`+strings.Join(names, "|")+`' | grep -v grep`)
}

// TestFindingsAreAsStated looks at each finding of truth.yaml where it is planted.
func TestFindingsAreAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	p := &prober{T: t, lab: l, dialer: dialer(t, l, "assess")}
	stated := map[string]bool{}
	for _, finding := range l.Truth().Findings {
		key := finding.What + " " + finding.Asset
		stated[key] = true
		look, ok := probes[key]
		if !ok {
			t.Errorf("nobody looks for %s", key)
			continue
		}
		if !look(p) {
			t.Errorf("%s is not there", key)
		}
	}
	everything, err := lab.ReadTruth() // with the parts that this lab has not
	require.NoError(t, err)
	for _, finding := range everything.Findings {
		stated[finding.What+" "+finding.Asset] = true
	}
	for key := range probes {
		require.True(t, stated[key], "truth.yaml does not state %s", key)
	}
}

// TestTheLandingZoneIsClean looks there for what is wrong elsewhere.
func TestTheLandingZoneIsClean(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	p := &prober{T: t, lab: l, dialer: dialer(t, l, "assess")}
	wrong := map[string]probe{
		"fsync off":                query("cloud-db", "postgres", `SELECT current_setting('fsync') = 'off'`),
		"without TLS":              query("cloud-db", "postgres", `SELECT current_setting('ssl') = 'off'`),
		"open to all":              query("cloud-db", "postgres", `SELECT count(*) > 0 FROM pg_hba_file_rules WHERE address IN ('0.0.0.0', 'all') OR auth_method IN ('md5', 'trust', 'password')`),
		"md5 passwords":            query("cloud-db", "postgres", `SELECT count(*) > 0 FROM pg_authid WHERE rolpassword LIKE 'md5%'`),
		"superusers who log in":    query("cloud-db", "postgres", `SELECT count(*) > 1 FROM pg_roles WHERE rolsuper AND rolcanlogin`),
		"no connection log":        query("cloud-db", "postgres", `SELECT current_setting('log_connections') = 'off'`),
		"no checksums":             query("cloud-db", "postgres", `SELECT current_setting('data_checksums') = 'off'`),
		"no base backup":           shell("cloud-db", `[ -z "$(find /var/backups/pg -name 'base.tar*' -mtime -3)" ]`),
		"old TLS":                  agrees("cloud-app", "erp.cloud.example", tls.VersionTLS11),
		"a clear master password":  shell("cloud-app", `grep -q '^admin_passwd = [^$]' /etc/odoo/odoo.conf`),
		"sudo for everything":      shell("cloud-app", `grep -rE 'NOPASSWD: *ALL' /etc/sudoers.d`),
		"a shown version of nginx": answers("erp.cloud.example", "/", showsVersion),
		"no HSTS":                  answers("erp.cloud.example", "/", noHSTS),
		"a database manager":       answers("erp.cloud.example", "/web/database/manager", isServed),
	}
	for _, machine := range []string{"cloud-app", "cloud-db"} {
		wrong["no time synchronisation, "+machine] = shell(machine, `! chronyc -n sources | grep -q '^\^\*'`)
		wrong["no log forwarding, "+machine] = shell(machine, `! grep -rq omfwd /etc/rsyslog.d`)
		wrong["log forwarding in clear, "+machine] = shell(machine, `! grep -rq 'StreamDriver="gtls" StreamDriverMode="1"' /etc/rsyslog.d`)
		wrong["no monitoring, "+machine] = noProgram(machine, "prometheus-node-exporter")
		wrong["no firewall, "+machine] = shell(machine, `! { systemctl is-active -q nftables && nft list chain inet filter input | grep -q 'policy drop'; }`)
		wrong["no automatic updates, "+machine] = shell(machine, `! { dpkg -s unattended-upgrades && systemctl is-active -q apt-daily-upgrade.timer; }`)
		wrong["password logins, "+machine] = shell(machine, `sshd -T | grep -q '^passwordauthentication yes'`)
		wrong["failed units, "+machine] = shell(machine, `systemctl --failed --no-legend | grep -q .`)
	}
	for what, found := range wrong {
		if found(p) {
			t.Errorf("the landing zone has %s", what)
		}
	}
}
