package host

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// readSettings runs the script's own filter over a file, with each awk there is.
func readSettings(t *testing.T, awk []string, product, name, text string) []estate.Configuration {
	t.Helper()
	file := filepath.Join(t.TempDir(), "settings.conf")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	var lists []configured
	for _, c := range catalogue() {
		if c.product == product && strings.Contains(c.files, name) {
			lists = append(lists, c)
		}
	}
	require.Len(t, lists, 1)
	functions := prelude[strings.Index(prelude, "F='")+3 : strings.Index(prelude, "T=")]
	functions = functions[:strings.LastIndex(functions, "'")]
	wrapper := "awk() { " + strings.Join(awk, " ") + " \"$@\"; }\n"
	c := lists[0]
	c.files = file
	shell := functions + wrapper + settingsShell + "SETTINGS='" + settingsAWK + "'\n" + c.shell()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", shell)
	out, err := cmd.Output()
	require.NoError(t, err)
	require.NotContains(t, string(out), "Kw7Zr0pLm", "a secret left the host")
	read := parseSettings(string(out))
	require.Empty(t, read.denied)
	return read.found
}

// TestSettings: realistic files of old and new versions, and what leaves the host of them.
func TestSettings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		product, file, text string
		want                []string // NAME=VALUE
	}{
		"odoo 16, as deployed by hand": {"odoo", "odoo_files", `[options]
; This is the password that allows database operations:
admin_passwd = Kw7Zr0pLm
db_host = erp-db
db_password = Kw7Zr0pLm
addons_path = /opt/odoo/odoo/addons,
    /opt/odoo/custom,/opt/odoo/oca/web
workers=8
limit_memory_hard = 2684354560
without_demo = all
smtp_password = False
smtp_server = edge.clinic.example
my_api_key = Kw7Zr0pLm

[queue_job]
channels = root:4,root.hl7:1
`, []string{"addons_path=/opt/odoo/odoo/addons, /opt/odoo/custom,/opt/odoo/oca/web", "admin_passwd=set", "db_host=erp-db", "db_password=set", "limit_memory_hard=2684354560",
			"queue_job.channels=root:4,root.hl7:1", "smtp_password=empty", "smtp_server=edge.clinic.example", "without_demo=all", "workers=8"}},
		"odoo 8 with a hashed master password": {"odoo", "odoo_files", "[options]\r\nadmin_passwd = $pbkdf2-sha512$25000$Kw7Zr0pLm\r\nxmlrpc_port = 8069\r\ndb_password =\r\n",
			[]string{"admin_passwd=hashed", "db_password=empty", "xmlrpc_port=8069"}},
		"postgresql 9.1": {"postgresql", "/postgresql.conf", "port = 5432\t\t\t# (change requires restart)\n#ssl = off\nlisten_addresses '*'\narchive_command = '/usr/bin/test ! -f /mnt/%f && /bin/cp \"%p\" /mnt/%f'\nprimary_conninfo = 'host=10.0.0.9 password=Kw7Zr0pLm'\nrestore_command='pgbackrest --stanza=x archive-get %f'\nssl_key_file = '/x'\n",
			[]string{"archive_command=cp", "listen_addresses=*", "port=5432", "primary_conninfo=set", "restore_command=pgbackrest"}},
		"pg_hba": {"postgresql", "/pg_hba.conf", "# TYPE DATABASE\nlocal   all   postgres   peer\nhost all all 10.0.0.0 255.0.0.0 md5\nhostssl replication rep 0.0.0.0/0 scram-sha-256\nhost all all ::/0 ldap ldapserver=x ldapbindpasswd=Kw7Zr0pLm\nhost broken\n",
			[]string{"host=all all 10.0.0.0 255.0.0.0 md5", "host=all all ::/0 ldap", "hostssl=replication rep 0.0.0.0/0 scram-sha-256", "local=all postgres peer"}},
		"redis 7": {"redis", "/redis.conf", "bind 127.0.0.1 -::1\nport 6379\nrequirepass Kw7Zr0pLm\nmasterauth Kw7Zr0pLm\nsave 900 1\nsave \"\"\nuser default on nopass ~* +@all\nuser app on >Kw7Zr0pLm ~x\nuser old on #9f86d081 ~x\nrename-command CONFIG Kw7Zr0pLm\nrename-command FLUSHALL \"\"\nmaxmemory-policy allkeys-lru\n# requirepass x\n",
			[]string{"bind=127.0.0.1 -::1", "masterauth=set", "maxmemory-policy=allkeys-lru", "port=6379", "rename-command=2", "requirepass=set", "save=900 1", "save=", "user=empty", "user=set", "user=hashed"}},
		"sshd": {"sshd", "/sshd_config", "permitrootlogin no\nPermitRootLogin yes\nPort 22\nPort 2222\nPasswordAuthentication no\nMatch User backup\n  PasswordAuthentication yes\n  ForceCommand internal-sftp\n",
			[]string{"PasswordAuthentication=no", "PermitRootLogin=no", "Port=22", "Port=2222", "match.ForceCommand=internal-sftp", "match.PasswordAuthentication=yes"}},
		"mirth 3": {"mirth", "mirth.properties", "# Mirth Connect configuration file\nhttp.port = 8080\nhttps.port=8443\ndatabase = postgres\ndatabase.url = jdbc:postgresql://db/mirthdb\ndatabase.username = mirth\ndatabase.password = Kw7Zr0pLm\nkeystore.storepass = Kw7Zr0pLm\nserver.api.allowhttp : false\n",
			[]string{"database=postgres", "database.password=set", "database.username=set", "http.port=8080", "https.port=8443", "keystore.storepass=set", "server.api.allowhttp=false"}},
		"orthanc": {"dicom", "orthanc.json", "{\n  // General\n  \"Name\" : \"Kw7Zr0pLm\",\n  \"DicomPort\" : 4242,\n  \"RemoteAccessAllowed\" : true,\n  \"RegisteredUsers\" : { \"alice\" : \"Kw7Zr0pLm\" },\n  \"StorageDirectory\" : \"/var/lib/orthanc/db\",\n}\n",
			[]string{"DicomPort=4242", "RegisteredUsers=set", "RemoteAccessAllowed=true", "StorageDirectory=/var/lib/orthanc/db"}},
		"dcmqrscp": {"dicom", "dcmqrscp.cfg", "NetworkTCPPort  = 104\nMaxPDUSize      = 16384\nHostTable BEGIN\nacme1 = (ACME1, Kw7Zr0pLm, 5678)\n", []string{"MaxPDUSize=16384", "NetworkTCPPort=104"}},
		"sssd": {"sssd", "sssd.conf", "[sssd]\ndomains = clinic.example\n[domain/clinic.example]\nldap_uri = ldaps://dc1.clinic.example\nldap_default_authtok = Kw7Zr0pLm\nldap_default_bind_dn = cn=Kw7Zr0pLm\n",
			[]string{"domain/clinic.example.ldap_default_authtok=set", "domain/clinic.example.ldap_uri=ldaps://dc1.clinic.example", "sssd.domains=clinic.example"}},
		"ldap.conf":   {"ldap-client", "/ldap.conf", "BASE dc=clinic,dc=example\nURI ldap://edge.clinic.example\nTLS_REQCERT never\nbindpw Kw7Zr0pLm\n", []string{"base=dc=clinic,dc=example", "bindpw=set", "tls_reqcert=never", "uri=ldap://edge.clinic.example"}},
		"krb5.conf":   {"kerberos", "krb5.conf", "[libdefaults]\n default_realm = CLINIC.EXAMPLE\n[realms]\n CLINIC.EXAMPLE = {\n  kdc = dc1.clinic.example\n  admin_server = dc1.clinic.example\n }\n", []string{"libdefaults.default_realm=CLINIC.EXAMPLE", "realms.admin_server=dc1.clinic.example", "realms.kdc=dc1.clinic.example"}},
		"postfix 2.6": {"mail", "main.cf", "myhostname = edge.clinic.example\nmynetworks = 127.0.0.0/8\n\t[::1]/128 10.77.0.0/16\nrelayhost = [smtp.mailer.example]:587\nsmtp_sasl_password_maps = static:u:Kw7Zr0pLm\nsmtp_tls_security_level=may\n", []string{"mynetworks=127.0.0.0/8 [::1]/128 10.77.0.0/16", "myhostname=edge.clinic.example", "relayhost=[smtp.mailer.example]:587", "smtp_tls_security_level=may"}},
		"samba 3":     {"samba", "smb.conf", "[global]\n  workgroup = CLINIC\n  server min protocol = NT1\n[scans]\n  path = /srv/scans\n  guest ok = yes\n  comment = Kw7Zr0pLm\n", []string{"global.server min protocol=NT1", "global.workgroup=CLINIC", "scans.guest ok=yes", "scans.path=/srv/scans"}},
	}
	for _, awk := range [][]string{{"mawk"}, {"gawk"}, {"busybox", "awk"}, {"original-awk"}} {
		if _, err := exec.LookPath(awk[0]); err != nil {
			continue
		}
		for name, tt := range tests {
			t.Run(awk[0]+" "+name, func(t *testing.T) {
				t.Parallel()
				found := readSettings(t, append([]string{"command"}, awk...), tt.product, tt.file, tt.text)
				require.Len(t, found, 1)
				var got []string
				for _, s := range found[0].Settings {
					got = append(got, s.Name+"="+s.Value)
				}
				require.ElementsMatch(t, tt.want, got)
				require.IsNonDecreasing(t, names(found[0].Settings))
			})
		}
	}
}

func names(settings []estate.Option) []string {
	var found []string
	for _, s := range settings {
		found = append(found, s.Name)
	}
	return found
}

// TestSettingsOfALyingHost: what no list names does not come in, and a secret's value never.
func TestSettingsOfALyingHost(t *testing.T) {
	t.Parallel()
	read := parseSettings("file odoo /etc/odoo.conf\nset admin_passwd\tKw7Zr0pLm\nset db_password\thashed\nset hobby\tx\nset workers\t2\nfile nothing /x\nset workers\t3\nfile odoo relative\nset workers\t4\ndenied redis /etc/redis/redis.conf\ndenied x y\ncat /usr/bin/cat\n")
	require.Equal(t, []estate.Configuration{{Product: "odoo", File: "/etc/odoo.conf", Settings: []estate.Option{{Name: "db_password", Value: "hashed"}, {Name: "workers", Value: "2"}}}}, read.found)
	require.Equal(t, []string{"/etc/redis/redis.conf"}, read.denied)
}

func TestConfigurations(t *testing.T) {
	t.Parallel()
	read := func(body string) estate.Section[[]estate.Configuration] {
		return configurations(transcript{bye: true, frames: map[string]frame{"settings": {body: body}, "identity": {body: "me=assess"}}})
	}
	require.Equal(t, estate.Absent, read("cat /bin/cat\n").Coverage)
	denied := read("cat /usr/bin/cat\ndenied odoo /etc/odoo/odoo.conf\ndenied redis /etc/redis/redis.conf\n")
	require.Equal(t, estate.Denied, denied.Coverage)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/cat /etc/odoo/odoo.conf, /usr/bin/cat /etc/redis/redis.conf", denied.Grant)
	partly := read("cat /usr/bin/cat\nfile sshd /etc/ssh/sshd_config\nset Port\t22\ndenied odoo /etc/odoo/odoo.conf\n")
	require.Equal(t, estate.Known, partly.Coverage)
	require.Contains(t, partly.Problem, "/etc/odoo/odoo.conf")
	require.NotEmpty(t, partly.Grant)
	require.Equal(t, estate.Failed, configurations(transcript{bye: true}).Coverage)
}
