// Package engagement is the consultant's side of the work: engagement.yaml, which says what is in scope and by
// whose leave, and the folder around it, which holds all that the stages write.
//
// [Load] reads engagement.yaml strictly and tells every fault at once. Secrets are only ever referred to
// ([Secret]); they are fetched at need and kept nowhere. [Open] gives the folder: writes are atomic, a lock
// keeps two runs apart, and every access to a customer's system is a line in its access log.
package engagement

import (
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// Environ looks up a variable of the environment, as os.LookupEnv does.
type Environ func(name string) (value string, set bool)

// Engagement is engagement.yaml, checked, with defaults filled in and paths made absolute.
type Engagement struct {
	Name           string           `yaml:"name"`
	SSH            SSH              `yaml:"ssh"`
	Hosts          []Host           `yaml:"hosts"`
	Databases      []Server         `yaml:"databases"`
	Odoo           []Odoo           `yaml:"odoo"`
	Clusters       []Cluster        `yaml:"clusters"`
	Services       []estate.Service `yaml:"services"`
	Integrations   []Integration    `yaml:"integrations"`
	Contacts       []Contact        `yaml:"contacts"`
	Calendar       Calendar         `yaml:"calendar"`
	Policy         estate.Policy    `yaml:"policy"`
	Target         Target           `yaml:"target"`
	Authorisations []Authorisation  `yaml:"authorisations"`
	Restores       []Restore        `yaml:"restores"`

	Responsibilities []Responsibility `yaml:"responsibilities"`
	Practices        []Practice       `yaml:"practices"`
	Vendors          []Vendor         `yaml:"vendors"`
	Changes          []Change         `yaml:"changes"`

	file *yamlfile.File // for faults that show only later, such as an unset variable
}

// Login says as whom to log in over SSH, and by what.
type Login struct {
	User       string `yaml:"user"`
	Key        string `yaml:"key"`        // private key file
	Passphrase Secret `yaml:"passphrase"` // of the key file
	Agent      bool   `yaml:"agent"`      // also offer the keys of the running ssh-agent
	Password   Secret `yaml:"password"`
}

// hasMeans tells whether the login has anything to show beside its name.
func (l Login) hasMeans() bool { return l.Key != "" || l.Agent || !l.Password.IsZero() }

// or completes a login from a default. The means of two logins are never mixed: a key that was meant for one
// account is not offered for another that states its own.
func (l Login) or(fallback Login) Login {
	if l.User == "" {
		l.User = fallback.User
	}
	if !l.hasMeans() {
		l.Key, l.Passphrase, l.Agent, l.Password = fallback.Key, fallback.Passphrase, fallback.Agent, fallback.Password
	}
	return l
}

// SSH holds what hosts share unless they say otherwise.
type SSH struct {
	Login      `yaml:",inline"` // for reading: discovery
	Operator   Login            `yaml:"operator"`    // for acting: cutover nights
	KnownHosts []string         `yaml:"known_hosts"` // files; ~/.ssh/known_hosts when none is named
	// Config is a file of OpenSSH's client, such as ~/.ssh/config, that says what hosts leave open; empty when none is read.
	Config string `yaml:"config"`
}

// Host is a machine in scope, of the legacy estate or of the landing zone.
type Host struct {
	Name             string `yaml:"name"`
	Address          string `yaml:"address"` // name or IP address as seen from Via
	Port             int    `yaml:"port"`    // 22 when not stated; 0 when ssh.config may state it
	Login            `yaml:",inline"`
	Operator         Login              `yaml:"operator"`
	Via              string             `yaml:"via"` // host to jump through
	Environment      estate.Environment `yaml:"environment"`
	Runs             []string           `yaml:"runs"` // what people say runs there: a hint, compared with what is found
	LegacyAlgorithms bool               `yaml:"legacy_algorithms"`
}

// Server is a PostgreSQL server in scope.
type Server struct {
	Name        string             `yaml:"name"`
	Host        string             `yaml:"host"`     // the estate's host it runs on
	Address     string             `yaml:"address"`  // as seen from Via; the address of Host when not stated
	Port        int                `yaml:"port"`     // 5432 when not stated
	Database    string             `yaml:"database"` // to connect to first; "postgres" when not stated
	User        string             `yaml:"user"`
	Password    Secret             `yaml:"password"`
	TLS         TLS                `yaml:"tls"`
	Via         string             `yaml:"via"` // host whose SSH connection carries the tunnel
	Environment estate.Environment `yaml:"environment"`
	Validation  Role               `yaml:"validation"` // role that may SELECT, for comparing rows; User when not stated
	Sampling    []Sampling         `yaml:"sampling"`
	Copies      []Copy             `yaml:"copies"`
}

// Copy is what people say of a database that was made from another.
type Copy struct {
	Database string             `yaml:"database"`
	Of       string             `yaml:"of"` // SERVER/DATABASE
	Content  estate.CopyContent `yaml:"content"`
	StatedBy string             `yaml:"stated_by"`
	Date     Day                `yaml:"date"`
}

// Restore is a backup that was brought back to see whether it can be.
type Restore struct {
	Database  string        `yaml:"database"` // SERVER/DATABASE, or
	Host      string        `yaml:"host"`     // whose files were restored
	Date      Day           `yaml:"date"`
	Took      time.Duration `yaml:"took"`
	Gigabytes float64       `yaml:"gigabytes"` // decimal, that were restored; 0 when not stated
	By        string        `yaml:"by"`
	Evidence  string        `yaml:"evidence"`
}

// TLS says how a PostgreSQL connection is protected, in libpq's terms.
type TLS struct {
	Mode string `yaml:"mode"` // disable, require, verify-ca or verify-full, which is the default
	CA   string `yaml:"ca"`   // file with the authorities to trust; the system's when not stated
}

// Role is a PostgreSQL role to log in as.
type Role struct {
	User     string `yaml:"user"`
	Password Secret `yaml:"password"`
}

// Sampling is the leave to read rows of named databases. Without one, no row is read.
type Sampling struct {
	Databases    []string `yaml:"databases"`
	AuthorisedBy string   `yaml:"authorised_by"`
	Basis        string   `yaml:"basis"` // contract, ticket or order
	Date         Day      `yaml:"date"`
	Until        Day      `yaml:"until"` // last day; open when not stated
}

// Authorised returns the leave to read rows of a database on a day, if there is one.
func (s Server) Authorised(database string, on time.Time) (Sampling, bool) {
	today := Day(on.Format(time.DateOnly))
	for _, leave := range s.Sampling {
		for _, name := range leave.Databases {
			if name == database && leave.Date <= today && (leave.Until == "" || today <= leave.Until) {
				return leave, true
			}
		}
	}
	return Sampling{}, false
}

// Odoo is an Odoo database in scope, as its RPC is reached.
type Odoo struct {
	Name           string             `yaml:"name"`
	URL            string             `yaml:"url"`     // https://…, without a path
	Address        string             `yaml:"address"` // host:port to dial instead of the URL's; TLS still checks the URL's name
	Database       string             `yaml:"database"`
	User           string             `yaml:"user"`
	Password       Secret             `yaml:"password"` // password or API key
	CA             string             `yaml:"ca"`       // file with the authorities to trust; the system's when not stated
	AllowPlainHTTP bool               `yaml:"allow_plain_http"`
	Via            string             `yaml:"via"`
	Host           string             `yaml:"host"`
	Environment    estate.Environment `yaml:"environment"`
}

// Cluster is a Kubernetes cluster in scope: as its API is reached by a kubeconfig, or as files of it.
type Cluster struct {
	Name        string             `yaml:"name"`
	Kubeconfig  string             `yaml:"kubeconfig"`  // file
	Context     string             `yaml:"context"`     // of the kubeconfig; its current one when not stated
	AllowExec   bool               `yaml:"allow_exec"`  // a program that the kubeconfig names may be run to log in
	Via         string             `yaml:"via"`         // host whose SSH connection carries the tunnel
	Files       []string           `yaml:"files"`       // that `kubectl get -o json` wrote, or folders of them, instead of a kubeconfig
	Environment estate.Environment `yaml:"environment"` // target when not stated: a cluster is where things go
}

// Integration is two systems that talk, as people declared it.
type Integration struct {
	From     string `yaml:"from"` // "host/NAME" or "outside/NAME"
	To       string `yaml:"to"`
	Protocol string `yaml:"protocol"`
	Port     int    `yaml:"port"`
	Note     string `yaml:"note"`
	Owner    string `yaml:"owner"`    // the owner of the service at either end when not stated
	Schedule string `yaml:"schedule"` // in words, or the five fields of cron

	Kind           estate.IntegrationKind `yaml:"kind"`
	Direction      estate.Direction       `yaml:"direction"` // as seen from From
	Encryption     estate.Encryption      `yaml:"encryption"`
	Authentication estate.Authentication  `yaml:"authentication"`
	Data           []estate.DataClass     `yaml:"data"` // classes that cross it
}

// Contact is a person who is needed on the night.
type Contact struct {
	Role string `yaml:"role"` // "conductor", "dba", "approver", ...
	Name string `yaml:"name"`
	How  string `yaml:"how"`
}

// Calendar says when people may work on the estate.
type Calendar struct {
	Timezone string          `yaml:"timezone"` // IANA name; UTC when not stated
	Freezes  []Freeze        `yaml:"freezes"`
	Windows  []estate.Window `yaml:"windows"`
}

// Freeze is a span of days, both included, on which nothing may change.
type Freeze struct {
	From   Day    `yaml:"from"`
	To     Day    `yaml:"to"`
	Reason string `yaml:"reason"`
}

// Target is the landing zone. Its machines, servers and clusters stand in the lists above with environment target.
type Target struct {
	Platform string        `yaml:"platform"` // for people
	Odoo     string        `yaml:"odoo"`     // version to assess the modules for, one of estate.OdooTargets; the newest when not stated
	Rates    estate.Rates  `yaml:"rates"`
	Moves    []estate.Move `yaml:"moves"`
}

// Authorisation is the leave to do a kind of work on the customer's systems.
type Authorisation struct {
	For          string   `yaml:"for"` // "discovery", "validation" or "cutover"
	AuthorisedBy string   `yaml:"authorised_by"`
	Basis        string   `yaml:"basis"`
	Date         Day      `yaml:"date"`
	Until        Day      `yaml:"until"`
	Systems      []string `yaml:"systems"` // names; all when none is named
}
