package lab

// TrueMachine is what a look at one machine has to show.
type TrueMachine struct {
	Name         string            `yaml:"name"`
	Environment  string            `yaml:"environment"` // production, non-production, shared, target
	OS           string            `yaml:"os"`
	Init         string            `yaml:"init"`
	Applications []string          `yaml:"applications"`
	Listeners    []TrueListener    `yaml:"listeners"`
	Schedules    []TrueSchedule    `yaml:"schedules"`
	Certificates []TrueCertificate `yaml:"certificates"`
	Accounts     []TrueAccount     `yaml:"accounts"`
	Folders      []TrueFolder      `yaml:"folders"`

	Safeguards       []TrueSafeguard     `yaml:"safeguards"` // all four kinds
	ChangedFiles     []TrueChange        `yaml:"changed_files"`
	Containers       []TrueContainer     `yaml:"containers"`
	Configurations   []TrueConfiguration `yaml:"configurations"`
	WebRoutes        []TrueWebRoute      `yaml:"web_routes"` // of Traefik's alone
	ModulesOnDisk    []TrueDiskModule    `yaml:"modules_on_disk"`
	Filestores       []TrueFilestore     `yaml:"filestores"`
	RecordedLoad     string              `yaml:"recorded_load"`     // by what, if anything
	AutomaticUpdates string              `yaml:"automatic_updates"` // by what, if anything
}

// TrueListener is a listening TCP port.
type TrueListener struct {
	Port    int    `yaml:"port"`
	Address string `yaml:"address"` // "*" for all
	Program string `yaml:"program"`
}

// TrueSchedule is a cron line or a systemd timer.
type TrueSchedule struct {
	Kind    string `yaml:"kind"` // cron or timer
	Name    string `yaml:"name"`
	When    string `yaml:"when"`
	Program string `yaml:"program"`
}

// TrueCertificate is what a server shows at a port.
type TrueCertificate struct {
	Name       string `yaml:"name"`
	Port       int    `yaml:"port"`
	DaysLeft   int    `yaml:"days_left"` // counted when the lab was raised
	Expired    string `yaml:"expired"`   // the day, where it has
	SelfSigned bool   `yaml:"self_signed"`
}

// TrueAccount is a person's or a program's account on a machine.
type TrueAccount struct {
	Name  string `yaml:"name"`
	Admin bool   `yaml:"admin"` // can become root
	Shell string `yaml:"shell"` // where it is not bash
}

// TrueFolder holds files that name patients, by their names or inside.
type TrueFolder struct {
	Path    string `yaml:"path"`
	Pattern string `yaml:"pattern"`
	Files   int    `yaml:"files"`
}

// TrueSafeguard is one of what a machine should have to be trusted and watched.
type TrueSafeguard struct {
	Kind  string `yaml:"kind"`  // time, firewall, log-forwarding, monitoring
	State string `yaml:"state"` // on, none
	By    string `yaml:"by"`    // a package
	To    string `yaml:"to"`    // HOST:PORT that logs go to
	TLS   bool   `yaml:"tls"`   // and whether they do so encrypted
}

// TrueChange is a file of a package that is not as the package brought it.
type TrueChange struct {
	Path   string `yaml:"path"`
	Config bool   `yaml:"config"` // the package calls it configuration
	Reader string `yaml:"reader"` // root, where not everyone may read it
}

// TrueContainer is a container that runs.
type TrueContainer struct {
	Runtime  string   `yaml:"runtime"`
	Name     string   `yaml:"name"`
	Image    string   `yaml:"image"`
	Programs []string `yaml:"programs"`
	User     string   `yaml:"user"`
	Network  string   `yaml:"network"` // host, none
}

// TrueConfiguration is a product's configuration file. Of secrets no more is stated than their form: set or hashed.
type TrueConfiguration struct {
	Product  string            `yaml:"product"`
	File     string            `yaml:"file"`
	Reader   string            `yaml:"reader"`
	Settings map[string]string `yaml:"settings"` // the last value of each
	Absent   []string          `yaml:"absent"`   // settings that the file does not state
}

// TrueWebRoute is a name that a reverse proxy serves.
type TrueWebRoute struct {
	Proxy    string   `yaml:"proxy"`
	Name     string   `yaml:"name"`
	Upstream string   `yaml:"upstream"`
	Headers  []string `yaml:"headers"` // security headers that it adds
}

// TrueDiskModule is an Odoo module of the hospital's own in a folder, installed or not. Lines are those of wc -l.
type TrueDiskModule struct {
	Name        string `yaml:"name"`
	Path        string `yaml:"path"`
	Version     string `yaml:"version"`
	Installable bool   `yaml:"installable"`
	PythonLines int    `yaml:"python_lines"`
	XMLLines    int    `yaml:"xml_lines"`
	JSLines     int    `yaml:"js_lines"`
	Tests       bool   `yaml:"tests"`
	Controllers int    `yaml:"controllers"` // HTTP routes
}

// TrueFilestore is a folder of Odoo's attachments, as it is before anyone uses the lab.
type TrueFilestore struct {
	Database string `yaml:"database"`
	Path     string `yaml:"path"`
	Files    int    `yaml:"files"`
	Bytes    int64  `yaml:"bytes"`
	Reader   string `yaml:"reader"`
}

// Machine returns what is true of a machine; false for one that is no part of the estate.
func (t Truth) Machine(name string) (TrueMachine, bool) {
	for _, m := range t.Machines {
		if m.Name == name {
			return m, true
		}
	}
	return TrueMachine{}, false
}
