package engagement

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
)

// Secret is a reference to a secret, never the secret: exactly one field is set. However it is printed, it
// says where the secret comes from and no more.
type Secret struct {
	Env     string   `yaml:"env"`     // variable of the environment
	File    string   `yaml:"file"`    // file that only its owner can read
	Exec    []string `yaml:"exec"`    // program and arguments that print it, run without a shell
	Keyring string   `yaml:"keyring"` // entry of the service "nightferry" in the system's keyring
}

// IsZero tells that no secret is referred to.
func (s Secret) IsZero() bool {
	return s.Env == "" && s.File == "" && len(s.Exec) == 0 && s.Keyring == ""
}

// String names the source, such as "[secret env ERP_PASSWORD]". Of a program only its name is shown: arguments
// can be secrets.
func (s Secret) String() string {
	switch {
	case s.Env != "":
		return "[secret env " + s.Env + "]"
	case s.File != "":
		return "[secret file " + s.File + "]"
	case len(s.Exec) > 0:
		return "[secret exec " + filepath.Base(s.Exec[0]) + "]"
	case s.Keyring != "":
		return "[secret keyring " + s.Keyring + "]"
	}
	return "[no secret]"
}

// GoString is String.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, for JSON and all else that asks for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML is String.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue is String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Guard says what stands where a reference should: problems never quote it, for it may be the secret itself.
func (s Secret) Guard() (text, mend string) {
	return "a secret must not be written here", "refer to it: {env: NAME}, {file: PATH}, {exec: [PROGRAM, ARGUMENT]} or {keyring: NAME}; if it was a real one, change it"
}

// secret checks that a reference names one source.
func (c *checker) secret(path string, s Secret) {
	sources := 0
	for _, stated := range []bool{s.Env != "", s.File != "", len(s.Exec) > 0, s.Keyring != ""} {
		if stated {
			sources++
		}
	}
	switch {
	case sources > 1:
		c.f.Fault(path, "a secret from several sources", "keep one of them")
	case sources == 0 && c.f.Has(path) && !c.f.Faulty(path):
		c.f.Fault(path, "a secret from nowhere", "write {env: NAME}, {file: PATH}, {exec: [PROGRAM, ARGUMENT]} or {keyring: NAME}")
	case s.Env != "" && !isVariable(s.Env):
		c.f.Conceal(path + ".env")
		c.f.Fault(path+".env", "this is not the name of a variable", "write a name such as ERP_PASSWORD, not the secret; if it was a real one, change it")
	case len(s.Exec) > 0 && s.Exec[0] == "":
		c.f.Fault(path+".exec", "no program is named", "write [PROGRAM, ARGUMENT]")
	}
}

// stated is a secret with its place in the file and the work it is needed for.
type stated struct {
	path    string
	secret  *Secret
	purpose Purpose
}

// Purpose is the work that a secret is needed for.
type Purpose string

// The purposes.
const (
	ForDiscovery Purpose = "discovery"
	ForSampling  Purpose = "sampling" // of rows: by the ways of discovery, as the role that may SELECT
	ForCutover   Purpose = "cutover"  // and for validation
)

// secrets lists every reference of the engagement, set or not.
func (e *Engagement) secrets() []stated {
	login := func(path string, l *Login, p Purpose) []stated {
		return []stated{{path + ".password", &l.Password, p}, {path + ".passphrase", &l.Passphrase, p}}
	}
	list := append(login("ssh", &e.SSH.Login, ForDiscovery), login("ssh.operator", &e.SSH.Operator, ForCutover)...)
	for i := range e.Hosts {
		path := fmt.Sprintf("hosts[%d]", i)
		list = append(list, login(path, &e.Hosts[i].Login, ForDiscovery)...)
		list = append(list, login(path+".operator", &e.Hosts[i].Operator, ForCutover)...)
	}
	for i := range e.Databases {
		path := fmt.Sprintf("databases[%d]", i)
		list = append(list, stated{path + ".password", &e.Databases[i].Password, ForDiscovery},
			stated{path + ".validation.password", &e.Databases[i].Validation.Password, ForCutover})
	}
	for i := range e.Odoo {
		list = append(list, stated{fmt.Sprintf("odoo[%d].password", i), &e.Odoo[i].Password, ForDiscovery})
	}
	return list
}

func isVariable(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0 && (name[0] < '0' || name[0] > '9')
}
