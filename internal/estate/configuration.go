package estate

import "time"

// Configuration is what a product's configuration file says. Only settings that are listed by name are kept; of a
// secret no more than the form it has.
type Configuration struct {
	Product  string   `json:"product"` // as [Application].Kind
	File     string   `json:"file"`
	Settings []Option `json:"settings"` // in order of name; a setting that is there twice is there twice
}

// Option is one setting. The value of a secret is "set", "hashed" or "empty", never the secret.
type Option struct {
	Name  string `json:"name"` // with its INI section before a point where the file has any: "stanza.repo1-path"
	Value string `json:"value"`
}

// Value returns the last value of a setting, and whether the file states it.
func (c Configuration) Value(name string) (string, bool) {
	value, stated := "", false
	for _, s := range c.Settings {
		if s.Name == name {
			value, stated = s.Value, true
		}
	}
	return value, stated
}

// File is a configuration file as drift is told by: its content is never kept. The hash is of the content after
// secrets in it were masked, so it says nothing of a secret, and a changed password is no drift.
type File struct {
	Path     string    `json:"path"`
	SHA256   string    `json:"sha256,omitempty"` // hex; empty where the content may not be read
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified"` // whole seconds, UTC
	Owner    string    `json:"owner"`    // USER:GROUP
	Mode     string    `json:"mode"`     // octal, "640"
}

// ChangedFile is a file of a package that is not as the package brought it.
type ChangedFile struct {
	Path   string `json:"path"`
	Change string `json:"change"` // "content" or "missing"
	Config bool   `json:"config"` // the package calls it configuration, which people are meant to change
}

// SudoRule lets accounts run programs as others.
type SudoRule struct {
	Who        string   `json:"who"`         // account, or %group
	As         string   `json:"as"`          // account it becomes; "ALL" for any
	Programs   []string `json:"programs"`    // paths without arguments; "ALL" for any
	NoPassword bool     `json:"no_password"` // nothing is asked
}

// CodeModule is an Odoo module in a folder of a host, beside those of Odoo's own package.
type CodeModule struct {
	Name        string   `json:"name"`
	Path        string   `json:"path"` // folder of the module
	Version     string   `json:"version,omitempty"`
	Author      string   `json:"author,omitempty"`
	Licence     string   `json:"licence,omitempty"`
	Depends     []string `json:"depends,omitempty"`
	Installable bool     `json:"installable"`
	PythonLines int      `json:"python_lines"`
	XMLLines    int      `json:"xml_lines"`
	JSLines     int      `json:"js_lines"`
	Tests       bool     `json:"tests"`              // it has tests of its own
	Controllers int      `json:"controllers"`        // HTTP routes
	RawSQL      int      `json:"raw_sql"`            // lines that execute SQL of their own
	Inherits    []string `json:"inherits,omitempty"` // models of others that it changes
}

// Filestore is a folder of Odoo's attachments on a host.
type Filestore struct {
	Database string   `json:"database"` // the name of its folder
	Path     string   `json:"path"`
	Coverage Coverage `json:"coverage"` // of the two counts
	Files    int64    `json:"files"`
	Bytes    int64    `json:"bytes"`
}
