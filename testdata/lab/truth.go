package lab

import (
	_ "embed" // truth.yaml
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed truth.yaml
var truthFile []byte

// Truth is what is planted in the lab, as discovery and assessment have to find it. truth.yaml explains it.
type Truth struct {
	Patients     int               `yaml:"patients"` // without those that the sender adds
	Machines     []TrueMachine     `yaml:"machines"`
	Parts        []TruePart        `yaml:"parts"` // what is there only where it was built
	Postgres     []TrueCluster     `yaml:"postgres"`
	Tables       TrueTables        `yaml:"tables"`
	Odoo         []TrueOdoo        `yaml:"odoo"`
	Integrations []TrueIntegration `yaml:"integrations"`
	Backups      []TrueBackup      `yaml:"backups"`
	Findings     []TrueFinding     `yaml:"findings"`
	Columns      []TrueColumn      `yaml:"columns"` // of our addon; all others are OPERATIONAL

	Kubernetes []TrueKubernetes `yaml:"kubernetes"` // clusters
}

// TrueCluster is a PostgreSQL server.
type TrueCluster struct {
	Machine   string            `yaml:"machine"`
	Version   int               `yaml:"version"`
	Cluster   string            `yaml:"cluster"` // its name by Debian's tools
	Port      int               `yaml:"port"`
	Data      string            `yaml:"data"` // directory
	Settings  map[string]string `yaml:"settings"`
	Roles     []TrueRole        `yaml:"roles"`
	Databases []TrueDatabase    `yaml:"databases"`
}

// TrueRole is a role that may log in.
type TrueRole struct {
	Name      string `yaml:"name"`
	Superuser bool   `yaml:"superuser"`
	CreateDB  bool   `yaml:"createdb"`
	MemberOf  string `yaml:"member_of"`
}

// TrueDatabase is a database of a cluster.
type TrueDatabase struct {
	Name  string `yaml:"name"`
	Owner string `yaml:"owner"`
}

// TrueTables names what a move or a comparison must treat with care.
type TrueTables struct {
	WithoutPrimaryKey   []string       `yaml:"without_primary_key"`
	CompositePrimaryKey []string       `yaml:"composite_primary_key"`
	MaterialisedViews   []string       `yaml:"materialised_views"`
	ViewsThatFail       []string       `yaml:"views_that_fail"`
	Triggers            []string       `yaml:"triggers"` // TABLE.TRIGGER
	Rows                map[string]int `yaml:"rows"`
}

// TrueIntegration is a flow between two systems, and which ways can see it.
type TrueIntegration struct {
	From     string   `yaml:"from"` // host/NAME
	To       string   `yaml:"to"`   // host/NAME or outside/NAME
	Protocol string   `yaml:"protocol"`
	Port     int      `yaml:"port"`
	Kind     string   `yaml:"kind"`
	ShownBy  []string `yaml:"shown_by"` // configuration, sockets, declaration
	Reader   string   `yaml:"reader"`   // whose eyes the configuration needs: any, odoo, root, administrator
	Idle     bool     `yaml:"idle"`     // it is spoken of, and nothing flows
	Brief    bool     `yaml:"brief"`    // it lasts a moment: whether one look at sockets sees it is chance, and ShownBy does not say
}

// TrueBackup is the newest proof of a backup.
type TrueBackup struct {
	Asset      string `yaml:"asset"`
	Method     string `yaml:"method"`
	NewestDays int    `yaml:"newest_days"`
	BaseBackup string `yaml:"base_backup"`
	Restored   string `yaml:"restored"`
}

// TrueFinding is something wrong, by a short name.
type TrueFinding struct {
	What  string `yaml:"what"`
	Asset string `yaml:"asset"`
}

// TrueColumn is a column's data class.
type TrueColumn struct {
	Table    string `yaml:"table"`
	Column   string `yaml:"column"`
	Class    string `yaml:"class"`
	Subtype  string `yaml:"subtype"`
	Article9 string `yaml:"article9"` // the special category of personal data
	Card     bool   `yaml:"card"`     // cardholder data
}

// TrueOdoo is an Odoo server. Administrators include the built-in one.
type TrueOdoo struct {
	Machine                     string           `yaml:"machine"`
	URL                         string           `yaml:"url"`
	Version                     string           `yaml:"version"`
	Database                    string           `yaml:"database"`
	CustomModules               []TrueModule     `yaml:"custom_modules"`
	ModulesOnDiskOnly           []string         `yaml:"modules_on_disk_only"`
	Administrators              []string         `yaml:"administrators"`
	AdministratorsInactive      []string         `yaml:"administrators_inactive"`
	AdministratorsNeverLoggedIn []string         `yaml:"administrators_never_logged_in"`
	SharedLogins                []string         `yaml:"shared_logins"`
	APIKeys                     int              `yaml:"api_keys"`
	Companies                   int              `yaml:"companies"`
	MailServers                 []TrueMailServer `yaml:"mail_servers"`
	Fetchmail                   []TrueFetchmail  `yaml:"fetchmail"`
	LDAP                        []TrueLDAP       `yaml:"ldap"`
	OAuthEnabled                []string         `yaml:"oauth_enabled"`
	PaymentEnabled              []string         `yaml:"payment_enabled"`
	Automations                 int              `yaml:"automations"`
	CronsCustom                 []string         `yaml:"crons_custom"`
	ServerActionsCustom         []string         `yaml:"server_actions_custom"`
	StudioFields                []string         `yaml:"studio_fields"` // MODEL.FIELD
	StudioModels                []string         `yaml:"studio_models"`
	ListDB                      bool             `yaml:"list_db"`
}

// TrueModule is an Odoo module of the hospital's own.
type TrueModule struct {
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
}

// TrueMailServer is a server for outgoing mail.
type TrueMailServer struct {
	Name       string `yaml:"name"`
	Host       string `yaml:"host"`
	Port       int    `yaml:"port"`
	Encryption string `yaml:"encryption"` // none, starttls, ssl
	Active     bool   `yaml:"active"`
	Credential bool   `yaml:"credential"` // a password is stored
}

// TrueFetchmail is a mailbox that Odoo empties.
type TrueFetchmail struct {
	Name   string `yaml:"name"`
	Host   string `yaml:"host"`
	Port   int    `yaml:"port"`
	SSL    bool   `yaml:"ssl"`
	Active bool   `yaml:"active"`
}

// TrueLDAP is a directory that Odoo's users log in by.
type TrueLDAP struct {
	Host string `yaml:"host"`
	Port int    `yaml:"port"`
	TLS  bool   `yaml:"tls"`
}

// ReadTruth reads truth.yaml, with the parts that not every lab has. It needs no lab.
func ReadTruth() (Truth, error) {
	t, err := parseTruth()
	if err != nil {
		return Truth{}, err
	}
	t, _, err = t.withParts(func(TruePart) bool { return true })
	if err != nil {
		return Truth{}, fmt.Errorf("truth.yaml: %w", err)
	}
	return t, nil
}

// parseTruth reads truth.yaml with its parts apart.
func parseTruth() (Truth, error) {
	var t Truth
	if err := yaml.UnmarshalWithOptions(truthFile, &t, yaml.Strict()); err != nil {
		return Truth{}, fmt.Errorf("truth.yaml: %w", err)
	}
	return t, nil
}
