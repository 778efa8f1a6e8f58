package classify

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// resolver turns addresses and names into endpoints: "host/NAME" for the estate's own, else "outside/NAME".
type resolver struct {
	hosts     map[string]bool   // names of hosts
	byAddress map[string]string // address → host
	byName    map[string]string // name → address, as the hosts resolve it
}

func newResolver(inventory estate.Inventory) resolver {
	r := resolver{hosts: map[string]bool{}, byAddress: map[string]string{}, byName: map[string]string{}}
	for _, host := range inventory.Hosts {
		r.hosts[host.Name] = true
		if address, _ := splitEndpoint(host.Collected.Address); address != "" {
			r.byAddress[address] = host.Name
		}
		for _, i := range host.Interfaces.Value {
			for _, prefix := range i.Addresses {
				if p, err := netip.ParsePrefix(prefix); err == nil && !p.Addr().IsLoopback() {
					r.byAddress[p.Addr().String()] = host.Name
				}
			}
		}
		for _, known := range host.Names.Value {
			if address, err := netip.ParseAddr(known.Address); err != nil || address.IsLoopback() {
				continue
			}
			for _, name := range known.Names {
				r.byName[strings.ToLower(name)] = known.Address
			}
		}
	}
	return r
}

// endpoint resolves an address or a name. What is resolved already stays as it is.
func (r resolver) endpoint(name string) string {
	if name == "" || strings.HasPrefix(name, "host/") || strings.HasPrefix(name, "outside/") {
		return name
	}
	name = strings.ToLower(name)
	if r.hosts[name] {
		return "host/" + name
	}
	address := name
	if known, ok := r.byName[name]; ok {
		address = known
	}
	if a, err := netip.ParseAddr(address); err == nil {
		address = a.Unmap().String()
		if a.IsLoopback() {
			return ""
		}
	}
	if host, ok := r.byAddress[address]; ok {
		return "host/" + host
	}
	return "outside/" + r.outsideName(name, address)
}

// from resolves as [resolver.endpoint] does, seen from one host: a loopback address is that host itself.
func (r resolver) from(host, name string) string {
	if a, err := netip.ParseAddr(name); err == nil && a.IsLoopback() || name == "localhost" {
		return host
	}
	return r.endpoint(name)
}

// outsideName prefers a name over an address, the first in alphabetical order where several fit.
func (r resolver) outsideName(name, address string) string {
	if name != address {
		return name
	}
	best := ""
	for known, a := range r.byName {
		if a == address && (best == "" || known < best) {
			best = known
		}
	}
	if best != "" {
		return best
	}
	return address
}

// splitEndpoint reads "host", "host:port", "[v6]:port" or a URL. The port is 0 where none is said.
func splitEndpoint(text string) (string, int) {
	if strings.Contains(text, "://") {
		if u, err := url.Parse(text); err == nil {
			port, _ := strconv.Atoi(u.Port())
			if port == 0 {
				port = map[string]int{"https": 443, "http": 80, "ldap": 389, "ldaps": 636, "postgresql": 5432, "sftp": 22}[u.Scheme]
			}
			return u.Hostname(), port
		}
	}
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().String(), int(ap.Port())
	}
	if i := strings.LastIndexByte(text, ':'); i > 0 && strings.Count(text, ":") == 1 {
		if port, err := strconv.Atoi(text[i+1:]); err == nil {
			return text[:i], port
		}
	}
	return strings.Trim(text, "[]"), 0
}

// protocolOf names the protocol by the well-known port, or "tcp/PORT".
func protocolOf(port int) string {
	switch port {
	case 0:
		return "unknown"
	case 21:
		return "ftp"
	case 22:
		return "ssh"
	case 25, 465, 587:
		return "smtp"
	case 80:
		return "http"
	case 88:
		return "kerberos"
	case 104, 11112:
		return "dicom"
	case 389:
		return "ldap"
	case 443:
		return "https"
	case 445:
		return "cifs"
	case 636:
		return "ldaps"
	case 993, 143:
		return "imap"
	case 2049:
		return "nfs"
	case 2575:
		return "hl7"
	case 3306:
		return "mysql"
	case 5432:
		return "postgresql"
	case 6379:
		return "redis"
	case 8069, 8072:
		return "odoo"
	}
	return "tcp/" + strconv.Itoa(port)
}

func protocolOfProgram(program string, port int) string {
	switch program {
	case "sftp", "scp", "rsync", "ssh":
		return program
	case "ftp", "lftp", "ftpput", "ftpget", "ncftpput":
		return "ftp"
	case "psql", "pg_dump", "pg_dumpall", "pg_basebackup":
		return "postgresql"
	case "mail", "mailx", "sendmail", "swaks":
		return "smtp"
	case "mount.cifs", "smbclient":
		return "cifs"
	case "ldapsearch":
		return "ldap"
	case "curl", "wget":
		if port == 0 {
			return "https"
		}
	}
	return protocolOf(port)
}

// familyOf joins protocols that look the same from outside.
func familyOf(protocol string) string {
	switch protocol {
	case "sftp", "scp", "rsync":
		return "ssh"
	case "ldaps":
		return "ldap"
	case "fhir":
		return "https"
	case "dicom-tls":
		return "dicom"
	}
	return protocol
}

func protocolOfProvider(p estate.Provider) string {
	if p.Kind == "ldap" {
		if p.TLS && p.Port == 636 {
			return "ldaps"
		}
		return "ldap"
	}
	return "https"
}

// kindOfProvider names what an outside party in Odoo's configuration is for.
func kindOfProvider(kind string) string {
	switch kind {
	case "payment":
		return "finance"
	case "ldap", "oauth":
		return "identity"
	}
	return ""
}

// portOf is the port that a protocol has when nobody says another; 0 where it has none.
func portOf(protocol string) int {
	return map[string]int{"ssh": 22, "sftp": 22, "scp": 22, "rsync": 22, "ftp": 21, "cifs": 445, "nfs": 2049, "nfs4": 2049, "https": 443, "http": 80,
		"smtp": 25, "ldap": 389, "ldaps": 636, "postgresql": 5432, "hl7": 2575, "imap": 993}[protocol]
}

// kindOf names what an integration is for, as far as its protocol and far end tell.
func kindOf(protocol, to string) string {
	switch protocol {
	case "hl7", "dicom":
		return "ehr"
	case "ldap", "ldaps", "kerberos":
		return "identity"
	case "smtp", "imap", "pop":
		return "mail"
	case "postgresql", "mysql", "redis":
		return "database"
	case "ssh", "sftp", "scp", "rsync", "ftp", "cifs", "nfs", "nfs4":
		return "files"
	case "https", "http":
		if strings.Contains(to, "fhir") {
			return "ehr"
		}
		if strings.HasPrefix(to, "outside/") {
			return "partner"
		}
		return "web"
	}
	return "other"
}
