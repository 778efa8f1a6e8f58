package classify

import (
	"cmp"
	"strings"

	"nightferry/internal/estate"
)

// settings reads the configuration files of known products.
func (l *ledger) settings(v view, host *estate.Host) {
	for _, c := range host.Configurations.Value {
		switch c.Product {
		case "odoo":
			l.odooSettings(v, c)
		case "redis":
			for _, name := range [...]string{"replicaof", "slaveof"} {
				if value, stated := c.Value(name); stated {
					l.setting(v, c, name, strings.Join(strings.Fields(value), ":"), edge{protocol: "redis", direction: estate.Pull})
				}
			}
		case "sssd":
			l.directorySettings(v, c)
		case "ldap-client":
			for _, name := range [...]string{"uri", "host"} {
				l.each(v, c, name, edge{protocol: "ldap", proof: passwordIn(c, "bindpw")})
			}
		case "kerberos":
			for _, name := range [...]string{"kdc", "admin_server", "kpasswd_server"} {
				l.each(v, c, name, edge{protocol: "kerberos", proof: estate.TokenProof})
			}
		case "mail":
			l.mailSettings(v, c)
		case "object-storage":
			l.each(v, c, "MINIO_VOLUMES", edge{protocol: "s3"})
		}
	}
}

// each takes every host that any setting of a name states, also within sections: "domain/clinic.ldap_uri".
func (l *ledger) each(v view, c estate.Configuration, name string, e edge) {
	for _, s := range c.Settings {
		if s.Name != name && !strings.HasSuffix(s.Name, "."+name) {
			continue
		}
		for value := range strings.FieldsFuncSeq(s.Value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
			l.setting(v, c, name, value, e)
		}
	}
}

// setting takes one host of a setting.
func (l *ledger) setting(v view, c estate.Configuration, name, value string, e edge) {
	host, number := splitEndpoint(value)
	if strings.HasPrefix(value, "_") || strings.ContainsAny(host, "{}$/") {
		return // "_srv_" of SSSD: ask DNS; or a pattern of several
	}
	scheme := schemeOf(value)
	e.from, e.to = end{name: v.me}, v.end(host, number)
	e.port = cmp.Or(e.port, number)
	e.encryption = cmp.Or(e.encryption, schemeEncryption(scheme))
	if scheme == "ldaps" || scheme == "ldapi" {
		e.protocol = scheme
	}
	e.evidence = name + " in " + c.File + " on " + strings.TrimPrefix(v.me, "host/")
	l.add(configured, e)
}

func (l *ledger) odooSettings(v view, c estate.Configuration) {
	if host, stated := c.Value("db_host"); stated && host != "" && !strings.EqualFold(host, "false") {
		number, _ := c.Value("db_port")
		mode, _ := c.Value("db_sslmode")
		l.setting(v, c, "db_host", host, edge{protocol: "postgresql", port: portIn(number), encryption: encryptionOfMode(mode),
			proof: passwordIn(c, "db_password")})
	}
	if host, stated := c.Value("smtp_server"); stated && host != "" && !strings.EqualFold(host, "false") {
		number, _ := c.Value("smtp_port")
		e := edge{protocol: "smtp", port: portIn(number), encryption: estate.PlainText, proof: passwordIn(c, "smtp_password")}
		if ssl, _ := c.Value("smtp_ssl"); strings.EqualFold(ssl, "true") {
			e.encryption = estate.StartTLS
		}
		l.setting(v, c, "smtp_server", host, e)
	}
}

// encryptionOfMode is what libpq's sslmode decides by itself. "prefer", the default, leaves it to the server.
func encryptionOfMode(mode string) estate.Encryption {
	switch mode {
	case "disable":
		return estate.PlainText
	case "require", "verify-ca", "verify-full":
		return estate.TLSEncryption
	}
	return ""
}

func (l *ledger) directorySettings(v view, c estate.Configuration) {
	e := edge{proof: passwordIn(c, "ldap_default_authtok")}
	for _, s := range c.Settings {
		if strings.HasSuffix(s.Name, "ldap_id_use_start_tls") && strings.EqualFold(s.Value, "true") {
			e.encryption = estate.StartTLS
		}
	}
	for _, s := range [...]struct{ name, protocol string }{{"ldap_uri", "ldap"}, {"ldap_backup_uri", "ldap"}, {"ad_server", "ldap"},
		{"ipa_server", "ldap"}, {"krb5_server", "kerberos"}} {
		e.protocol = s.protocol
		l.each(v, c, s.name, e)
	}
}

func (l *ledger) mailSettings(v view, c estate.Configuration) {
	e := edge{protocol: "smtp", direction: estate.Push}
	switch level, _ := c.Value("smtp_tls_security_level"); level {
	case "encrypt", "dane-only", "fingerprint", "verify", "secure":
		e.encryption = estate.StartTLS
	case "none":
		e.encryption = estate.PlainText
	}
	switch sasl, stated := c.Value("smtp_sasl_auth_enable"); {
	case strings.EqualFold(sasl, "yes"):
		e.proof = estate.PasswordProof
	case stated:
		e.proof = estate.NoProof
	}
	for _, name := range [...]string{"relayhost", "dc_smarthost"} {
		value, _ := c.Value(name)
		for one := range strings.SplitSeq(value, ";") {
			one = strings.TrimSpace(one)
			if host, number, exim := strings.Cut(one, "::"); exim { // Exim's way to name a port
				one = host + ":" + number
			}
			if open, shut := strings.IndexByte(one, '['), strings.IndexByte(one, ']'); open == 0 && shut > 0 { // Postfix: ask no MX
				one = one[1:shut] + one[shut+1:]
			}
			if one != "" {
				l.setting(v, c, name, one, e)
			}
		}
	}
}

// passwordIn is the proof that a file holds the secret for: a password where it holds one, else nothing is said.
func passwordIn(c estate.Configuration, secret string) estate.Authentication {
	for _, s := range c.Settings {
		if (s.Name == secret || strings.HasSuffix(s.Name, "."+secret)) && (s.Value == "set" || s.Value == "hashed") {
			return estate.PasswordProof
		}
	}
	return ""
}
