package estate

import "time"

// OdooServer is one Odoo database as one of its users could see it over RPC.
type OdooServer struct {
	Name        string                  `json:"name"`
	Environment Environment             `json:"environment"`
	Host        string                  `json:"host,omitempty"` // name of the estate's host that runs it, where known
	Database    string                  `json:"database"`
	Collected   Collection              `json:"collected"`
	Version     Section[string]         `json:"version"` // "14.0"
	Modules     Section[[]Module]       `json:"modules"`
	Users       Section[[]OdooUser]     `json:"users"`
	Crons       Section[[]Cron]         `json:"crons"`
	MailServers Section[[]MailServer]   `json:"mail_servers"`
	Inbound     Section[[]MailServer]   `json:"inbound_mail"` // fetchmail servers
	Providers   Section[[]Provider]     `json:"providers"`    // payment, LDAP, OAuth
	Models      Section[[]Model]        `json:"models"`
	Attachments Section[AttachmentSums] `json:"attachments"`
}

// Module is an Odoo module known to the server.
type Module struct {
	Name    string `json:"name"`
	State   string `json:"state"` // "installed", "uninstalled", "to upgrade", ...
	Version string `json:"version,omitempty"`
	Author  string `json:"author,omitempty"`
	Licence string `json:"licence,omitempty"`
	Origin  string `json:"origin,omitempty"` // "core", "oca-like", "custom"
}

// OdooUser is a user of the ERP: staff, not a patient.
type OdooUser struct {
	Login         string    `json:"login"`
	Active        bool      `json:"active"`
	Internal      bool      `json:"internal"`      // not a portal user
	Administrator bool      `json:"administrator"` // in Settings or Access Rights
	LastLogin     time.Time `json:"last_login,omitzero"`
}

// Cron is a scheduled action of Odoo.
type Cron struct {
	Name     string    `json:"name"`
	Model    string    `json:"model,omitempty"`
	Active   bool      `json:"active"`
	Interval string    `json:"interval"` // "1 days"
	NextCall time.Time `json:"next_call,omitzero"`
}

// MailServer is an outgoing or incoming mail server in Odoo's configuration, without its secrets.
type MailServer struct {
	Name       string `json:"name"`
	Host       string `json:"host"`
	Port       int    `json:"port"`
	Kind       string `json:"kind"`       // "smtp", "imap", "pop"
	Encryption string `json:"encryption"` // "none", "starttls", "ssl"
	Login      bool   `json:"login"`      // it authenticates
	Active     bool   `json:"active"`
}

// Provider is an outside party in Odoo's configuration: payment, directory, sign-in.
type Provider struct {
	Kind    string `json:"kind"` // "payment", "ldap", "oauth"
	Name    string `json:"name"`
	Host    string `json:"host,omitempty"`
	Port    int    `json:"port,omitempty"`
	Enabled bool   `json:"enabled"`
	TLS     bool   `json:"tls"`              // false also where Host is empty: nobody can tell
	Manual  bool   `json:"manual,omitempty"` // no outside party is asked: wire transfer, cash
}

// Model is an Odoo model with the number of its stored fields.
type Model struct {
	Name   string `json:"name"`
	Custom bool   `json:"custom"` // made in the database, not by a module
	Fields int    `json:"fields"`
}

// AttachmentSums counts attachments by where they are stored. FileBytes is -1 where the user may not see sizes.
type AttachmentSums struct {
	Files     int64 `json:"files"`
	FileBytes int64 `json:"file_bytes"`
	InTable   int64 `json:"in_table"`
	URLs      int64 `json:"urls"`
}
