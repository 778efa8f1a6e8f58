package host

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// configured says which settings of a product are read, and from which files. Only what is listed leaves the host:
// the lists become the filter of the script, and what comes back is held against them again.
type configured struct {
	product   string
	files     string // words of shell: paths, patterns, and functions that print paths
	keys      string // settings that are kept, names parted by "|" as in a regular expression
	secrets   string // settings of which only the form is kept: "set", "hashed" or "empty"
	programs  string // settings that are command lines: the programs are kept
	counts    string // settings of which it is kept how often they are there
	rules     string // kinds of rules of pg_hba.conf, kept up to their method
	continued bool   // a line that begins with a blank belongs to the one before
}

// catalogue lists what is read. Patterns are plain enough for awk and for Go.
func catalogue() []configured {
	return []configured{
		{product: "odoo", files: "$(odoo_files)", continued: true,
			keys: "workers|max_cron_threads|limit_[a-z_]+|addons_path|upgrade_path|data_dir|db_host|db_port|db_name|db_user|db_sslmode|db_maxconn|db_maxconn_gevent|db_template|dbfilter|" +
				"list_db|proxy_mode|http_enable|http_interface|xmlrpc_interface|netrpc_interface|http_port|xmlrpc_port|longpolling_port|gevent_port|logfile|log_level|log_handler|log_db|syslog|" +
				"server_wide_modules|without_demo|test_enable|unaccent|smtp_server|smtp_port|smtp_ssl|smtp_user|email_from|running_env|channels|geoip_database|dev_mode",
			secrets: "admin_passwd|db_password|smtp_password"},
		{product: "postgresql", files: "/etc/postgresql/*/*/postgresql.conf /etc/postgresql/*/*/conf.d/*.conf /var/lib/pgsql/data/postgresql.conf /var/lib/pgsql/*/data/postgresql.conf /var/lib/postgresql/data/postgresql.conf",
			keys: "port|listen_addresses|data_directory|hba_file|ssl|ssl_cert_file|ssl_ca_file|ssl_min_protocol_version|ssl_ciphers|wal_level|archive_mode|archive_timeout|max_connections|" +
				"superuser_reserved_connections|shared_buffers|work_mem|maintenance_work_mem|effective_cache_size|max_wal_size|min_wal_size|wal_keep_segments|wal_keep_size|max_wal_senders|" +
				"max_replication_slots|hot_standby|synchronous_commit|synchronous_standby_names|fsync|full_page_writes|password_encryption|shared_preload_libraries|autovacuum|" +
				"log_[a-z_]+|logging_collector|statement_timeout|idle_in_transaction_session_timeout|timezone|lc_[a-z]+|cluster_name|include_dir|include",
			secrets: "primary_conninfo|ssl_passphrase_command", programs: "archive_command|restore_command|archive_cleanup_command"},
		{product: "postgresql", files: "/etc/postgresql/*/*/pg_hba.conf /var/lib/pgsql/data/pg_hba.conf /var/lib/pgsql/*/data/pg_hba.conf /var/lib/postgresql/data/pg_hba.conf",
			rules: "local|host|hostssl|hostnossl|hostgssenc|hostnogssenc"},
		{product: "pgbouncer", files: "/etc/pgbouncer/pgbouncer.ini",
			keys: "listen_addr|listen_port|auth_type|pool_mode|max_client_conn|default_pool_size|server_tls_sslmode|client_tls_sslmode"},
		{product: "mysql", files: "/etc/my.cnf /etc/mysql/my.cnf /etc/mysql/conf.d/*.cnf /etc/mysql/*.conf.d/*.cnf /etc/my.cnf.d/*.cnf",
			keys: "port|bind-address|bind_address|datadir|ssl-cert|ssl-ca|require_secure_transport|skip-networking|log_bin|log-bin|server-id|innodb_buffer_pool_size|max_connections", secrets: "password"},
		{product: "redis", files: "/etc/redis/redis.conf /etc/redis.conf /etc/redis/*.conf /etc/redis/*/redis.conf",
			keys:    "bind|port|tls-port|tls-auth-clients|protected-mode|appendonly|appendfsync|save|maxmemory|maxmemory-policy|dir|dbfilename|databases|replicaof|slaveof|unixsocketperm|cluster-enabled|logfile|include|aclfile",
			secrets: "requirepass|masterauth|user", counts: "rename-command"},
		{product: "sshd", files: "/etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf",
			keys: "Port|ListenAddress|Protocol|PermitRootLogin|PasswordAuthentication|ChallengeResponseAuthentication|KbdInteractiveAuthentication|PubkeyAuthentication|PermitEmptyPasswords|" +
				"AuthenticationMethods|AllowUsers|AllowGroups|DenyUsers|DenyGroups|AllowTcpForwarding|AllowAgentForwarding|GatewayPorts|PermitTunnel|X11Forwarding|MaxAuthTries|MaxSessions|MaxStartups|" +
				"LoginGraceTime|ClientAliveInterval|ClientAliveCountMax|UsePAM|LogLevel|Ciphers|MACs|KexAlgorithms|HostKeyAlgorithms|PubkeyAcceptedKeyTypes|PubkeyAcceptedAlgorithms|StrictModes|" +
				"IgnoreRhosts|HostbasedAuthentication|TrustedUserCAKeys|AuthorizedKeysFile|ForceCommand|ChrootDirectory|Include"},
		{product: "mirth", files: "/opt/mirthconnect/conf/mirth.properties /opt/mirth*/conf/mirth.properties /opt/*/mirth*/conf/mirth.properties /usr/local/mirth*/conf/mirth.properties /opt/bridgelink/conf/mirth.properties /opt/oie/conf/mirth.properties",
			keys: "http[.]port|http[.]host|https[.]port|https[.]host|https[.]server[.]protocols|https[.]client[.]protocols|https[.]ephemeraldhkeysize|server[.]api[.]allowhttp|database|database[.]max-connections|" +
				"database[.]driver|dir[.]appdata|configurationmap[.]location|administrator[.]maxheapsize|vmoptions|password[.]minlength|password[.]retrylimit|password[.]expiration",
			secrets: "database[.]password|keystore[.]storepass|keystore[.]keypass|database[.]username"},
		{product: "dicom", files: "/etc/dcmtk/dcmqrscp.cfg /etc/dcmqrscp.cfg /usr/local/etc/dcmtk/dcmqrscp.cfg /etc/dicom/*.cfg",
			keys: "NetworkTCPPort|MaxPDUSize|MaxAssociations"},
		{product: "dicom", files: "/etc/orthanc/orthanc.json /etc/orthanc/*.json",
			keys:    "DicomPort|DicomAet|DicomCheckCalledAet|DicomAlwaysAllowEcho|DicomAlwaysAllowStore|DicomTlsEnabled|HttpPort|HttpServerEnabled|RemoteAccessAllowed|AuthenticationEnabled|SslEnabled|SslCertificate|StorageDirectory|StorageCompression",
			secrets: "RegisteredUsers"},
		{product: "sssd", files: "/etc/sssd/sssd.conf /etc/sssd/conf.d/*.conf",
			keys: "services|domains|id_provider|auth_provider|access_provider|chpass_provider|ldap_uri|ldap_backup_uri|ldap_search_base|ldap_id_use_start_tls|ldap_tls_reqcert|ldap_tls_cacert|krb5_realm|krb5_server|" +
				"ad_domain|ad_server|ipa_domain|ipa_server|ldap_schema|cache_credentials|enumerate|simple_allow_groups",
			secrets: "ldap_default_authtok"},
		{product: "ldap-client", files: "/etc/ldap/ldap.conf /etc/openldap/ldap.conf /etc/nslcd.conf /etc/ldap.conf /etc/libnss-ldap.conf /etc/pam_ldap.conf",
			keys: "uri|host|port|base|ldap_version|ssl|tls_reqcert|tls_cacert|tls_checkpeer|tls_cacertfile|tls_protocol_min", secrets: "bindpw|rootpwmoddn|rootpwmodpw"},
		{product: "slapd", files: "/etc/ldap/slapd.conf /etc/openldap/slapd.conf",
			keys: "suffix|security|disallow|require|TLSCertificateFile|TLSCACertificateFile|TLSProtocolMin|TLSVerifyClient|loglevel|database", secrets: "rootpw"},
		{product: "kerberos", files: "/etc/krb5.conf /etc/krb5.conf.d/* /etc/krb5kdc/kdc.conf /var/kerberos/krb5kdc/kdc.conf",
			keys: "default_realm|dns_lookup_kdc|dns_lookup_realm|kdc|admin_server|kpasswd_server|kdc_ports|supported_enctypes|permitted_enctypes|default_tkt_enctypes|allow_weak_crypto|rdns|forwardable"},
		{product: "mail", files: "/etc/postfix/main.cf", continued: true,
			keys: "myhostname|mydomain|myorigin|mydestination|relayhost|mynetworks|mynetworks_style|inet_interfaces|inet_protocols|smtp_tls_security_level|smtpd_tls_security_level|smtp_use_tls|smtpd_use_tls|" +
				"smtpd_tls_cert_file|smtp_tls_CAfile|smtp_sasl_auth_enable|smtpd_sasl_auth_enable|message_size_limit|smtpd_tls_protocols|smtp_tls_protocols|smtpd_tls_auth_only|relay_domains|smtpd_relay_restrictions"},
		{product: "mail", files: "/etc/exim4/update-exim4.conf.conf",
			keys: "dc_eximconfig_configtype|dc_other_hostnames|dc_local_interfaces|dc_readhost|dc_relay_domains|dc_relay_nets|dc_smarthost|dc_mailname_in_oh|dc_use_split_config"},
		{product: "samba", files: "/etc/samba/smb.conf",
			keys: "workgroup|realm|security|server role|min protocol|server min protocol|client min protocol|server signing|smb encrypt|server smb encrypt|map to guest|guest ok|guest account|interfaces|path|read only|writable|ntlm auth|lanman auth"},
		{product: "ftpd", files: "/etc/vsftpd.conf /etc/vsftpd/vsftpd.conf",
			keys: "listen|listen_port|anonymous_enable|local_enable|write_enable|ssl_enable|force_local_data_ssl|force_local_logins_ssl|chroot_local_user|ssl_tlsv1|ssl_sslv3|rsa_cert_file|pasv_min_port|pasv_max_port"},
		{product: "object-storage", files: "/etc/default/minio /etc/minio/minio.conf",
			keys: "MINIO_VOLUMES|MINIO_SERVER_URL|MINIO_BROWSER_REDIRECT_URL|MINIO_REGION|MINIO_STORAGE_CLASS_STANDARD", secrets: "MINIO_ROOT_PASSWORD|MINIO_SECRET_KEY"},
	}
}

// programPaths is shell that tells the paths that are followed where a command line or a file names one: plain ones,
// in folders where programs keep their files.
const programPaths = `
plain() { case $1 in *[!A-Za-z0-9_./-]*|*..*) return 1 ;; /etc/*|/opt/*|/srv/*|/mnt/*|/usr/*|/var/lib/*|/home/*) return 0 ;; esac; return 1; }
`

// odooFiles is shell that finds the configuration files of Odoo: in the usual places, and where a running process
// says that its own is.
const odooFiles = programPaths + `
ODOO=$(grep -l -s -e odoo -e openerp /proc/[0-9]*/cmdline | while read -r f; do tr "\000" "\n" <"$f"; echo; done)
odoo_arguments() { printf "%s\n" "$ODOO" | sed -n "$@"; }
odoo_homes() { sed -n -e "s/^odoo[^:]*:.*:\(\/[^:]*\):[^:]*$/\1/p" -e "s/^openerp[^:]*:.*:\(\/[^:]*\):[^:]*$/\1/p" /etc/passwd; }
odoo_files() {
  { echo /etc/odoo/odoo.conf
    ls -d /etc/odoo*/*.conf /etc/odoo*.conf /etc/openerp*.conf /etc/openerp/*.conf /etc/odoo/*/*.conf /opt/odoo*/*.conf /opt/odoo*/*/*.conf /opt/*/odoo*.conf /opt/*/openerp*.conf /srv/odoo*/*.conf
    for h in $(odoo_homes); do echo "$h/.odoorc"; echo "$h/.openerp_serverrc"; done
    odoo_arguments -e "s/^--config=//p" -e "s/^-c\//\//p" -e "/^--config$/{n;p;}" -e "/^-c$/{n;p;}"
  } | sort -u | while read -r f; do plain "$f" && echo "$f"; done
}
`

// settingsShell is shell that reads files through the lists of a product. It prints "file PRODUCT PATH" and its
// "set NAME<tab>VALUE", or "denied PRODUCT PATH".
const settingsShell = `
conf() {
  product=$1 continued=$2 keys=$3 secrets=$4 programs=$5 counts=$6 rules=$7; shift 7; seen=" "
  for f in "$@"; do
    case $f in *[*]*) continue ;; esac
    case $seen in *" $f "*) continue ;; esac
    seen="$seen$f "; [ -d "$f" ] && continue
    text=$(show "$f"); code=$?
    [ "$code" = 91 ] && echo "denied $product $f"
    [ "$code" = 0 ] || continue
    echo "file $product $f"
    printf "%s\n" "$text" | awk -v product="$product" -v continued="$continued" -v keys="$keys" -v secrets="$secrets" -v programs="$programs" -v counts="$counts" -v rules="$rules" "$SETTINGS"
  done
}
`

// settingsAWK keeps the settings that the lists name. It is written for mawk, BusyBox and gawk: no classes of
// characters, no intervals.
const settingsAWK = `
function listed(k, list) { return list != "" && tolower(k) ~ ("^(" tolower(list) ")$") }
function bare(v) {
  sub(/^[ \t]+/, "", v); sub(/[ \t]+$/, "", v)
  if (v ~ /^".*"$/ || v ~ ("^" quote ".*" quote "$")) v = substr(v, 2, length(v) - 2)
  return v
}
function form(v) {
  v = bare(v)
  if (v == "" || v ~ /^(False|None|false|none|null|[{][ ]*[}])[,]?$/ || v ~ /(^| )nopass( |$)/) return "empty"
  if (v ~ /^[$]/ || v ~ /^[{][A-Za-z0-9-]+[}]/ || v ~ /^(md5|SCRAM-SHA)/ || v ~ / #[0-9a-f]/) return "hashed"
  return "set"
}
function called(v,   n, i, part, word, m, names) {
  n = split(bare(v), part, /[;&|]+/)
  for (i = 1; i <= n; i++) {
    m = split(part[i], word, /[ \t]+/); if (m && word[1] == "") word[1] = word[2]
    sub(/.*\//, "", word[1]); if (word[1] ~ /^[A-Za-z0-9._-]+$/ && word[1] != "test") names = names " " word[1]
  }
  return substr(names, 2)
}
function rule(v,   n, i, word, kept) {
  n = split(v, word, /[ \t]+/)
  for (i = 1; i <= n && i <= 6; i++) {
    kept = kept " " word[i]
    if (word[i] ~ /^(trust|reject|md5|password|scram-sha-256|peer|ident|ldap|cert|gss|pam|radius|sspi)$/) return substr(kept, 2)
  }
  return ""
}
function say(name, v) { if (section != "" && section != "options") name = section "." name; printf "set %s\t%s\n", name, substr(v, 1, 800) }
function flush(   v) {
  if (key == "") return
  v = value
  if (listed(key, secrets)) say(key, form(v))
  else if (listed(key, programs)) say(key, called(v))
  else if (listed(key, rules)) { v = rule(v); if (v != "") say(key, v) }
  else if (listed(key, keys)) { sub(/[ \t][ \t]*[#].*$/, "", v); sub(/[,]$/, "", v); say(key, bare(v)) }
  else if (listed(key, counts)) times[key]++
  key = ""
}
BEGIN { quote = sprintf("%c", 39) }
{ sub(/\r$/, "") }
/^[ \t]*$/ || /^[ \t]*[#;]/ || /^[ \t]*\/\// { next }
continued != "" && /^[ \t]/ { if (key != "") value = value " " bare($0); next }
{ flush() }
/^[ \t]*\[[^]]*\][ \t]*$/ { section = $0; sub(/^[ \t]*\[[ \t]*/, "", section); sub(/[ \t]*\].*/, "", section); next }
tolower($1) == "match" && product == "sshd" { section = "match"; next }
{
  line = $0; sub(/^[ \t]+/, "", line); sub(/^export /, "", line); at = index(line, "=")
  key = bare(substr(line, 1, at - 1)); value = substr(line, at + 1)
  if (at < 2 || !(listed(key, keys) || listed(key, secrets) || listed(key, programs))) {
    sub(/^"/, "", line)
    if (!match(line, /^[A-Za-z0-9_.-]+/)) { key = ""; next }
    key = substr(line, 1, RLENGTH); value = substr(line, RLENGTH + 1)
    sub(/^"/, "", value); sub(/^[ \t]*[=:]?[ \t]*/, "", value)
  }
}
END { flush(); for (k in times) say(k, times[k]) }
`

// settingsProbe asks for the settings of the catalogue.
func settingsProbe() probe {
	var b strings.Builder
	b.WriteString(odooFiles + settingsShell + "SETTINGS='" + settingsAWK + "'\n")
	for _, c := range catalogue() {
		b.WriteString(c.shell())
	}
	b.WriteString("exit 0\n")
	return probe{key: "settings", source: "configuration files of known products", limit: 1 * mib, shell: b.String(), root: settingsPrivileges()}
}

// settingsPrivileges lets the files of the catalogue be read, product by product.
func settingsPrivileges() []privilege {
	var all []privilege
	for _, c := range catalogue() {
		files := strings.ReplaceAll(strings.ReplaceAll(c.files, "$(odoo_files)", "/etc/odoo/odoo.conf ODOO_CONF"), "*", "NAME")
		all = append(all, privilege{"cat " + strings.Join(strings.Fields(files), ", cat "), "settings of " + c.product + " in files that are closed; secrets in them stay on the machine"})
	}
	return all
}

// shell is the line that reads the files of a product.
func (c configured) shell() string {
	continued := ""
	if c.continued {
		continued = "1"
	}
	return "conf " + c.product + " '" + strings.Join([]string{continued, c.keys, c.secrets, c.programs, c.counts, c.rules}, "' '") + "' " + c.files + "\n"
}

// settingsRead is what the probe printed, product by product.
type settingsRead struct {
	found  []estate.Configuration
	denied []string // files
}

// parseSettings holds what the host says against the catalogue once more.
func parseSettings(body string) settingsRead {
	read := settingsRead{found: []estate.Configuration{}}
	var allowed []configured
	var current *estate.Configuration
	for line := range lines(body) {
		word, rest, _ := strings.Cut(line, " ")
		product, file, _ := strings.Cut(rest, " ")
		switch {
		case word == "denied" && strings.HasPrefix(file, "/"):
			read.denied = append(read.denied, clean(file))
		case word == "file":
			current, allowed = nil, nil
			for _, c := range catalogue() {
				if c.product == product {
					allowed = append(allowed, c)
				}
			}
			if allowed != nil && strings.HasPrefix(file, "/") {
				read.found = append(read.found, estate.Configuration{Product: product, File: clean(file), Settings: []estate.Option{}})
				current = &read.found[len(read.found)-1]
			}
		case word == "set" && current != nil:
			name, value, _ := strings.Cut(rest, "\t")
			if option, ok := admit(allowed, name, value); ok {
				current.Settings = append(current.Settings, option)
			}
		}
	}
	for i := range read.found {
		read.found[i].Settings = inOrder(read.found[i].Product, read.found[i].Settings)
	}
	slices.SortFunc(read.found, func(a, b estate.Configuration) int {
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.File, b.File))
	})
	read.denied = sorted(read.denied)
	return read
}

// admit lets a setting in that the lists of its product name, in the spelling of the lists. Of a secret only the
// three words can come in, whatever the host says.
func admit(allowed []configured, name, value string) (estate.Option, bool) {
	value = clean(value)
	for _, c := range allowed {
		if key, ok := spelled(name, c.secrets); ok {
			return estate.Option{Name: key, Value: value}, value == "set" || value == "hashed" || value == "empty"
		}
		for _, list := range [...]string{c.keys, c.programs, c.counts, c.rules} {
			if key, ok := spelled(name, list); ok {
				return estate.Option{Name: key, Value: value}, true
			}
		}
	}
	return estate.Option{}, false
}

// spelled finds a setting in a list, with or without a section before it.
func spelled(name, list string) (string, bool) {
	if list == "" {
		return "", false
	}
	for known := range strings.SplitSeq(strings.ReplaceAll(list, "[.]", "."), "|") {
		section, key := "", name
		if at := len(name) - len(known) - 1; at > 0 && name[at] == '.' {
			section, key = name[:at+1], name[at+1:]
		}
		if strings.EqualFold(key, known) {
			return clean(section + known), true
		}
		stem, open := strings.CutSuffix(known, "[a-z_]+")
		if rest, ok := strings.CutPrefix(name, stem); open && ok && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz_") == "" {
			return clean(name), true
		}
	}
	return "", false
}

// inOrder sorts settings by name; those of one name keep their order, for it tells which one counts. sshd heeds the
// first, where others heed the last: the rest of a name have no effect and are left out, but for what adds up.
func inOrder(product string, settings []estate.Option) []estate.Option {
	if product == "sshd" {
		seen := map[string]bool{}
		settings = slices.DeleteFunc(settings, func(o estate.Option) bool {
			again := seen[o.Name] && o.Name != "Port" && o.Name != "ListenAddress" && o.Name != "Include" && !strings.HasPrefix(o.Name, "match.")
			seen[o.Name] = true
			return again
		})
	}
	slices.SortStableFunc(settings, func(a, b estate.Option) int { return cmp.Compare(a.Name, b.Name) })
	return settings
}

// configurations is the section: what could be read is known, and what could not be is named with its grant.
func configurations(t transcript) estate.Section[[]estate.Configuration] {
	var read settingsRead
	s := section(t, "settings", "", func(body string) []estate.Configuration {
		read = parseSettings(body)
		return read.found
	})
	if s.Coverage != estate.Known {
		return s
	}
	if len(read.denied) > 0 {
		commands := [][]string{}
		for _, file := range read.denied[:min(len(read.denied), 20)] {
			commands = append(commands, []string{"cat", file})
		}
		s.Grant = t.grant(commands...)
		s.Problem = "this account may not read " + strings.Join(read.denied[:min(len(read.denied), 20)], ", ")
	}
	switch {
	case len(read.found) > 0:
	case len(read.denied) > 0:
		s.Coverage, s.Value = estate.Denied, nil
	default:
		return estate.Miss[[]estate.Configuration](estate.Absent, s.Source, "no product whose configuration is read has any here", "")
	}
	return s
}
