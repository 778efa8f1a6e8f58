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
	Portal      Section[PortalUsers]    `json:"portal_users"`
	Groups      Section[[]UserGroup]    `json:"groups"`
	APIKeys     Section[[]APIKey]       `json:"api_keys"`
	Companies   Section[[]Company]      `json:"companies"` // those that the user who looked belongs to
	Languages   Section[[]string]       `json:"languages"` // codes of those in use
	Actions     Section[[]ServerAction] `json:"server_actions"`
	Automations Section[[]Automation]   `json:"automations"`
	Fields      Section[FieldSums]      `json:"fields"`
	Views       Section[[]ViewSum]      `json:"views"` // of models whose views were made or changed in the database
	Reports     Section[[]OdooReport]   `json:"reports"`
	Numbering   Section[SequenceSums]   `json:"numbering"` // Odoo's own sequences, not PostgreSQL's
	Parameters  Section[[]Parameter]    `json:"parameters"`
	Queues      Section[[]Queue]        `json:"queues"`
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
	TwoFactor     *bool     `json:"two_factor,omitempty"` // nil where this version or user does not show it
}

// PortalUsers counts users who are no staff. Their logins are mail addresses of customers or patients, so none is kept.
type PortalUsers struct {
	Active   int `json:"active"`
	Inactive int `json:"inactive"` // Odoo's templates for new users among them
}

// UserGroup is a group of users with its rights.
type UserGroup struct {
	Name    string `json:"name"`
	Module  string `json:"module,omitempty"` // that brought it
	Made    bool   `json:"made,omitempty"`   // made in the database; neither where nobody can tell
	Members int    `json:"members"`          // active users, of those that could be seen
}

// APIKey is a key by which programs log in as a user. The key itself is nowhere in Odoo, and its description is not read.
type APIKey struct {
	Login   string    `json:"login"`
	Created time.Time `json:"created,omitzero"`
	Expires time.Time `json:"expires,omitzero"` // zero for never, and before 18
}

// Company is a legal entity in Odoo.
type Company struct {
	Name     string `json:"name"`
	Currency string `json:"currency,omitempty"`
	Country  string `json:"country,omitempty"`
}

// Code is program text that is kept in the database: its length and hash, and the hosts that it names. The text is
// nowhere kept, since tokens are written into it.
type Code struct {
	Length int        `json:"length"` // characters
	SHA256 string     `json:"sha256"`
	Hosts  []CodeHost `json:"hosts,omitempty"`
}

// CodeHost is a host in an address that a program text names.
type CodeHost struct {
	Protocol string `json:"protocol"` // "https", "sftp", ...
	Host     string `json:"host"`
	Port     int    `json:"port,omitempty"` // as stated
}

// ServerAction is something that Odoo does when told: by a button, an automation, or from outside.
type ServerAction struct {
	Name   string     `json:"name"`
	Model  string     `json:"model,omitempty"`
	Kind   string     `json:"kind"`             // "code", "webhook", "object_write", "email", ...
	Usage  string     `json:"usage,omitempty"`  // "ir_actions_server", "base_automation"; empty before 11
	Module string     `json:"module,omitempty"` // that brought it
	Made   bool       `json:"made,omitempty"`   // made in the database; neither where nobody can tell
	Code   *Code      `json:"code,omitempty"`
	Hosts  []CodeHost `json:"hosts,omitempty"` // that a webhook calls
}

// Automation is a rule that acts on changes of records. Its code, if it has some, is that of a server action.
type Automation struct {
	Name    string `json:"name"`
	Model   string `json:"model,omitempty"`
	Trigger string `json:"trigger,omitempty"` // "on_create", "on_time", "on_webhook": somebody outside calls
	Active  bool   `json:"active"`
	Module  string `json:"module,omitempty"`
	Made    bool   `json:"made,omitempty"`
}

// FieldSums holds the fields that were made in the database by name, and of all stored ones how many are of a kind.
type FieldSums struct {
	Custom []CustomField  `json:"custom"`
	Kinds  map[string]int `json:"kinds"` // "char": 787
}

// CustomField is a field that was made in the database, x_... by Odoo's own rule.
type CustomField struct {
	Model    string `json:"model"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Stored   bool   `json:"stored"`
	Relation string `json:"relation,omitempty"` // the model it points to
	Code     *Code  `json:"code,omitempty"`     // that computes it
}

// ViewSum counts the views of a model that upgrades of modules do not know.
type ViewSum struct {
	Model     string `json:"model"`     // empty for pages and templates
	Made      int    `json:"made"`      // made in the database
	Inherited int    `json:"inherited"` // of those, how many change a view of a module
	Changed   int    `json:"changed"`   // brought by a module and changed afterwards
}

// OdooReport is a document that Odoo prints.
type OdooReport struct {
	Name   string `json:"name"`
	Model  string `json:"model"`
	Engine string `json:"engine"` // "qweb-pdf", "py3o", ...
	Module string `json:"module,omitempty"`
	Made   bool   `json:"made,omitempty"`
}

// SequenceSums counts number sequences by how they count: those without gaps lock a row for each document.
type SequenceSums struct {
	Standard int `json:"standard"`
	NoGap    int `json:"no_gap"`
}

// Parameter is a configuration parameter of Odoo. Its value is kept for a short list of harmless ones alone.
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

// Queue counts the jobs or documents that wait, went or failed.
type Queue struct {
	Model  string         `json:"model"` // "queue.job"
	States map[string]int `json:"states"`
}

// Cron is a scheduled action of Odoo.
type Cron struct {
	Name     string    `json:"name"`
	Model    string    `json:"model,omitempty"`
	Active   bool      `json:"active"`
	Interval string    `json:"interval"` // "1 days"
	NextCall time.Time `json:"next_call,omitzero"`
	Module   string    `json:"module,omitempty"`   // that brought it
	Made     bool      `json:"made,omitempty"`     // made in the database; neither where nobody can tell
	Function string    `json:"function,omitempty"` // the method that it calls, up to 10
	Code     *Code     `json:"code,omitempty"`     // since 11
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

// Provider is an outside party in Odoo's configuration: payment, directory, sign-in, delivery, bought services.
type Provider struct {
	Kind    string `json:"kind"` // "payment", "ldap", "oauth", "iap", "delivery", "edi"
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
