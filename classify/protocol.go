package classify

import (
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// protocolOf names the protocol by the well-known port, or "tcp/PORT".
func protocolOf(port int) string {
	if port == 0 {
		return "unknown"
	}
	for _, known := range [...]struct {
		name  string
		ports [4]int
	}{
		{"https", [4]int{443, 8443, 9443}}, {"http", [4]int{80, 8080}}, {"postgresql", [4]int{5432, 6432}}, {"ssh", [4]int{22}},
		{"smtp", [4]int{25, 465, 587}}, {"imap", [4]int{143, 993}}, {"pop", [4]int{110, 995}}, {"ldap", [4]int{389, 3268}}, {"ldaps", [4]int{636, 3269}},
		{"kerberos", [4]int{88, 464, 749}}, {"radius", [4]int{1812}}, {"hl7", [4]int{2575, 6661}}, {"dicom", [4]int{104, 11112, 4242}}, {"dicom-tls", [4]int{2762}},
		{"odoo", [4]int{8069, 8072}}, {"redis", [4]int{6379}}, {"memcached", [4]int{11211}}, {"mysql", [4]int{3306}}, {"mssql", [4]int{1433}},
		{"oracle", [4]int{1521}}, {"mongodb", [4]int{27017}}, {"elasticsearch", [4]int{9200}}, {"amqp", [4]int{5671, 5672}}, {"mqtt", [4]int{1883, 8883}},
		{"kafka", [4]int{9092}}, {"cifs", [4]int{139, 445}}, {"nfs", [4]int{111, 2049}}, {"ftp", [4]int{21}}, {"ftps", [4]int{990}}, {"rsync", [4]int{873}},
		{"telnet", [4]int{23}}, {"rdp", [4]int{3389}}, {"vnc", [4]int{5900}}, {"dns", [4]int{53}}, {"ntp", [4]int{123}}, {"snmp", [4]int{161, 162}},
		{"syslog", [4]int{514, 601, 6514}}, {"beats", [4]int{5044}}, {"loki", [4]int{3100}}, {"gelf", [4]int{12201}}, {"fluentd", [4]int{24224}},
		{"prometheus", [4]int{9090, 9100, 9187}}, {"zabbix", [4]int{10050, 10051}}, {"nrpe", [4]int{5666}}, {"checkmk", [4]int{6556}}, {"registry", [4]int{5000}},
	} {
		for _, number := range known.ports {
			if number == port {
				return known.name
			}
		}
	}
	return "tcp/" + strconv.Itoa(port)
}

// protocolAt names the protocol that a port of a host speaks: the program that listens there knows better than the
// number does.
func (a *atlas) protocolAt(host string, number int) string {
	known, listens := a.ports[host][number]
	byNumber, remembered := a.protocols[number]
	if !remembered {
		byNumber = protocolOf(number)
		a.protocols[number] = byNumber
	}
	if !listens {
		return byNumber
	}
	switch byProgram := protocolOfServer(known.process); {
	case byProgram == "web" && !strings.HasPrefix(byNumber, "tcp/"):
		return byNumber
	case byProgram == "web" && known.tls:
		return "https"
	case byProgram == "web":
		return "http"
	case byProgram == "ldap" && known.tls:
		return "ldaps"
	case byProgram != "":
		return byProgram
	case known.tls && strings.HasPrefix(byNumber, "tcp/"):
		return "https"
	}
	return byNumber
}

// protocolOfServer names what a listening program speaks; "web" for HTTP with or without TLS, empty where it does not tell.
func protocolOfServer(process string) string {
	switch strings.TrimRight(process, "0123456789.") {
	case "postgres", "postmaster", "pgbouncer", "pgpool":
		return "postgresql"
	case "mysqld", "mariadbd":
		return "mysql"
	case "redis-server", "valkey-server":
		return "redis"
	case "slapd", "ns-slapd":
		return "ldap"
	case "krb", "krb5kdc", "kadmind":
		return "kerberos"
	case "nginx", "haproxy", "apache", "httpd", "traefik", "caddy", "lighttpd", "envoy":
		return "web"
	case "odoo", "odoo-bin", "openerp-server":
		return "odoo"
	case "storescp", "dcmqrscp", "Orthanc", "orthanc":
		return "dicom"
	case "rsyslogd", "syslog-ng", "syslogd":
		return "syslog"
	case "sshd", "dropbear":
		return "ssh"
	case "smbd", "ksmbd":
		return "cifs"
	case "vsftpd", "proftpd", "pure-ftpd":
		return "ftp"
	case "exim", "master", "postfix", "sendmail":
		return "smtp"
	case "dovecot":
		return "imap"
	case "mongod":
		return "mongodb"
	case "mosquitto":
		return "mqtt"
	case "named", "unbound", "dnsmasq":
		return "dns"
	case "minio":
		return "s3"
	case "snmpd":
		return "snmp"
	case "zabbix_agentd", "zabbix_agent", "zabbix_server":
		return "zabbix"
	}
	switch name := strings.ToLower(process); {
	case strings.Contains(name, "hl7"), strings.Contains(name, "mllp"):
		return "hl7"
	case strings.HasSuffix(name, "exporter"):
		return "prometheus"
	}
	return ""
}

// protocolOfProgram names what a program of a command line speaks.
func protocolOfProgram(program string, port int) string {
	switch program {
	case "sftp", "scp", "rsync", "ssh":
		return program
	case "autossh":
		return "ssh"
	case "ftp", "lftp", "ftpput", "ftpget", "ncftpput":
		return "ftp"
	case "telnet":
		if port == 0 || port == 23 {
			return "telnet"
		}
	case "psql", "pg_dump", "pg_dumpall", "pg_basebackup", "pg_receivewal":
		return "postgresql"
	case "mysql", "mysqldump":
		return "mysql"
	case "mail", "mailx", "sendmail", "msmtp", "swaks":
		return "smtp"
	case "mount.cifs", "smbclient":
		return "cifs"
	case "ldapsearch":
		return "ldap"
	case "redis-cli":
		return "redis"
	case "storescu", "findscu", "movescu", "getscu":
		return "dicom"
	case "aws", "s3cmd", "mc", "rclone":
		return "s3"
	case "syslogd":
		return "syslog"
	case "curl", "wget":
		if port == 0 {
			return "https"
		}
	}
	return protocolOf(port)
}

// schemeProtocol names the protocol of a URL's scheme.
func schemeProtocol(scheme string) string {
	switch scheme = strings.ToLower(scheme); scheme {
	case "wss":
		return "https"
	case "ws":
		return "http"
	case "smb":
		return "cifs"
	case "ldapi":
		return "" // a socket of the same machine
	case "smtps":
		return "smtp"
	case "imaps":
		return "imap"
	case "pop3", "pop3s":
		return "pop"
	case "postgres":
		return "postgresql"
	case "mllp":
		return "hl7"
	case "amqps":
		return "amqp"
	case "mqtts":
		return "mqtt"
	case "rediss":
		return "redis"
	}
	return scheme
}

// familyOf joins protocols that look the same from outside.
func familyOf(protocol string) string {
	switch protocol {
	case "sftp", "scp", "rsync":
		return "ssh"
	case "ldaps":
		return "ldap"
	case "fhir", "s3", "registry", "webdav":
		return "https"
	case "dicom-tls":
		return "dicom"
	case "ftps":
		return "ftp"
	case "nfs4":
		return "nfs"
	case "smb3":
		return "cifs"
	}
	return protocol
}

// portOf is the port that a protocol has when nobody says another; 0 where it has none.
func portOf(protocol string) int {
	for _, known := range [...]struct {
		name string
		port int
	}{
		{"https", 443}, {"fhir", 443}, {"s3", 443}, {"registry", 443}, {"webdav", 443}, {"http", 80}, {"postgresql", 5432}, {"ssh", 22}, {"sftp", 22},
		{"scp", 22}, {"rsync", 22}, {"smtp", 25}, {"imap", 993}, {"pop", 995}, {"ldap", 389}, {"ldaps", 636}, {"kerberos", 88}, {"radius", 1812}, {"hl7", 2575},
		{"dicom", 104}, {"dicom-tls", 2762}, {"odoo", 8069}, {"redis", 6379}, {"memcached", 11211}, {"mysql", 3306}, {"mssql", 1433}, {"oracle", 1521},
		{"mongodb", 27017}, {"elasticsearch", 9200}, {"amqp", 5672}, {"mqtt", 1883}, {"kafka", 9092}, {"cifs", 445}, {"smb3", 445}, {"nfs", 2049}, {"nfs4", 2049},
		{"ftp", 21}, {"ftps", 990}, {"telnet", 23}, {"rdp", 3389}, {"vnc", 5900}, {"dns", 53}, {"ntp", 123}, {"snmp", 161}, {"syslog", 514}, {"beats", 5044},
		{"loki", 3100}, {"gelf", 12201}, {"fluentd", 24224}, {"prometheus", 9100}, {"zabbix", 10051}, {"nrpe", 5666}, {"checkmk", 6556},
	} {
		if known.name == protocol {
			return known.port
		}
	}
	return 0
}

// encryptionOf is what protocol and port alone tell of the protection on the way.
func encryptionOf(protocol string, port int) estate.Encryption {
	switch port {
	case 465, 636, 993, 995, 990, 2762, 3269, 5671, 6514, 8883:
		return estate.TLSEncryption
	}
	switch protocol {
	case "https", "ldaps", "fhir", "s3", "dicom-tls", "ftps":
		return estate.TLSEncryption
	case "ssh", "sftp", "scp":
		return estate.SSHEncryption
	case "rsync":
		if port == 0 || port == 22 {
			return estate.SSHEncryption
		}
		return estate.PlainText
	case "http", "ftp", "telnet", "dns", "odoo":
		return estate.PlainText
	case "syslog":
		if port == 514 {
			return estate.PlainText
		}
	}
	return estate.UnknownEncryption
}

// schemeEncryption is what a URL says of it.
func schemeEncryption(scheme string) estate.Encryption {
	switch strings.ToLower(scheme) {
	case "https", "wss", "ldaps", "smtps", "imaps", "pop3s", "amqps", "mqtts", "rediss", "ftps":
		return estate.TLSEncryption
	case "http", "ws", "ftp":
		return estate.PlainText
	case "sftp", "scp", "ssh":
		return estate.SSHEncryption
	}
	return ""
}

// directionOf is what a protocol alone tells of who gives and who takes.
func directionOf(protocol string) estate.Direction {
	switch protocol {
	case "smtp", "syslog", "beats", "loki", "gelf", "fluentd", "hl7":
		return estate.Push
	case "imap", "pop", "ldap", "ldaps", "kerberos", "dns", "ntp", "prometheus", "snmp", "nrpe", "checkmk", "registry":
		return estate.Pull
	case "postgresql", "mysql", "mssql", "oracle", "mongodb", "redis", "memcached":
		return estate.Both
	}
	return estate.UnknownDirection
}

// showsInSockets tells the protocols whose use a look at established connections would show. Others speak by UDP,
// or for moments only where a cache answers.
func showsInSockets(protocol string) bool {
	switch protocol {
	case "dns", "ntp", "snmp", "kerberos", "radius":
		return false
	}
	return true
}
