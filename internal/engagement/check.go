package engagement

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// The forms of names and addresses.
var (
	nameForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)
	deviceName  = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`) // Windows keeps these, whatever stands behind a dot
	addressForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,252}$|^[0-9a-fA-F:]*:[0-9a-fA-F:.]*(%[0-9A-Za-z._-]+)?$`)
	withPort    = regexp.MustCompile(`^[^:]*:[0-9]+$`)
	dialForm    = regexp.MustCompile(`^[^\s/@]+:[0-9]{1,5}$`)
	clockForm   = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

// checker holds a bound engagement against the rules that types cannot state. Faults name their place by the
// path of the value in the file.
type checker struct {
	e *Engagement
	f *yamlfile.File

	hosts, servers, odoos, clusters, services []string

	mends map[string]string // by kind and word: a mistyped name often stands in many places
}

// check adds every fault of e to f.
func check(e *Engagement, f *yamlfile.File) {
	c := &checker{e: e, f: f, mends: map[string]string{}}
	c.required("name", e.Name, "the engagement has no name", "add a line such as name: clinic-north")
	if e.Name != "" {
		c.name("name", e.Name)
	}
	for _, h := range e.Hosts {
		c.hosts = append(c.hosts, h.Name)
	}
	for _, s := range e.Databases {
		c.servers = append(c.servers, s.Name)
	}
	for _, o := range e.Odoo {
		c.odoos = append(c.odoos, o.Name)
	}
	for _, cluster := range e.Clusters {
		c.clusters = append(c.clusters, cluster.Name)
	}
	for _, s := range e.Services {
		c.services = append(c.services, s.Name)
	}
	c.names("hosts", "host", c.hosts)
	c.names("databases", "PostgreSQL server", c.servers)
	c.names("odoo", "Odoo server", c.odoos)
	c.names("clusters", "Kubernetes cluster", c.clusters)
	c.names("services", "service", c.services)
	c.login("ssh", e.SSH.Login)
	c.login("ssh.operator", e.SSH.Operator)
	for i, h := range e.Hosts {
		c.host(fmt.Sprintf("hosts[%d]", i), h)
	}
	c.cycles()
	for i, s := range e.Databases {
		c.server(fmt.Sprintf("databases[%d]", i), s)
	}
	for i, o := range e.Odoo {
		c.odoo(fmt.Sprintf("odoo[%d]", i), o)
	}
	for i, cluster := range e.Clusters {
		c.cluster(fmt.Sprintf("clusters[%d]", i), cluster)
	}
	c.scope()
}

// required tells that something must be stated.
func (c *checker) required(path, value, text, mend string) {
	if value == "" {
		c.f.Fault(path, text, mend)
	}
}

// choice holds a value against the words that may stand there; "" passes.
func choice[T ~string](c *checker, path string, value T, known ...T) {
	if value == "" || slices.Contains(known, value) {
		return
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	c.f.Fault(path, fmt.Sprintf("%q is not known here", value), yamlfile.Mend(string(value), words))
}

func (c *checker) environment(path string, value estate.Environment) {
	choice(c, path+".environment", value, estate.Production, estate.NonProduction, estate.Target, estate.SharedEnv, estate.UnknownEnv)
}

// known tells that a name is not among those of its kind; "" passes.
func (c *checker) known(path, kind, name string, names []string) {
	if name == "" || slices.Contains(names, name) {
		return
	}
	mend, thought := c.mends[kind+"/"+name]
	if !thought {
		mend = yamlfile.Mend(name, names)
		c.mends[kind+"/"+name] = mend
	}
	c.f.Fault(path, fmt.Sprintf("no %s is called %q", kind, name), mend)
}

// names checks the names of one list: stated, fit to be file names, each once.
func (c *checker) names(list, kind string, names []string) {
	first := map[string]int{}
	for i, name := range names {
		path := fmt.Sprintf("%s[%d]", list, i)
		if name == "" {
			c.f.Fault(path+".name", "a "+kind+" without a name", "add a name")
			continue
		}
		if line, taken := first[name]; taken {
			c.f.Fault(path+".name", fmt.Sprintf("a second %s is called %q, the first on line %d", kind, name, line), "give each its own name")
			continue
		}
		first[name] = c.f.Line(path + ".name")
		c.name(path+".name", name)
	}
}

func (c *checker) name(path, name string) {
	if err := CheckName(name); err != nil {
		c.f.Fault(path, err.Error(), "use small letters, digits, dots, dashes and underscores, as in erp-db")
	}
}

// CheckName tells whether a name can name an asset, and so a file of the folder on every system.
func CheckName(name string) error {
	stem, _, _ := strings.Cut(name, ".")
	switch {
	case !nameForm.MatchString(name), strings.HasSuffix(name, "."):
		return fmt.Errorf("%.70q cannot be a name", name)
	case deviceName.MatchString(stem):
		return fmt.Errorf("%q cannot be a name: Windows keeps %q for a device", name, stem)
	}
	return nil
}

func (c *checker) login(path string, l Login) {
	c.secret(path+".password", l.Password)
	c.secret(path+".passphrase", l.Passphrase)
	if !l.Passphrase.IsZero() && l.Key == "" {
		c.f.Fault(path+".passphrase", "a passphrase without a key file", "add key: PATH")
	}
}

func (c *checker) host(path string, h Host) {
	c.required(path+".address", h.Address, fmt.Sprintf("host %q has no address", h.Name), "add address: NAME-OR-IP, as seen from the host it is reached through")
	c.address(path+".address", h.Address)
	c.port(path+".port", h.Port)
	c.known(path+".via", "host", h.Via, c.hosts)
	c.environment(path, h.Environment)
	c.login(path, h.Login)
	c.login(path+".operator", h.Operator)
	if c.e.SSH.Config != "" && !strings.EqualFold(c.e.SSH.Config, "none") {
		return // that file can say as whom and by what; ssh takes the local account and its keys where it does not
	}
	if h.User == "" && c.e.SSH.User == "" {
		c.f.Fault(path+".user", fmt.Sprintf("host %q has no user to log in as", h.Name), "add user: to it, or to ssh: for all; or let ssh: config: name your ~/.ssh/config")
	}
	if !h.hasMeans() && !c.e.SSH.hasMeans() {
		c.f.Fault(path+".key", fmt.Sprintf("host %q has nothing to log in by", h.Name), "add key:, agent: true or password: to it, or to ssh: for all")
	}
}

// address takes a host name or IP address, without a port, login or scheme.
func (c *checker) address(path, address string) {
	if address == "" || addressForm.MatchString(address) && !withPort.MatchString(address) {
		return
	}
	c.f.Fault(path, "this is not a host name or IP address", "write the bare name or address; port: and user: have keys of their own")
}

func (c *checker) port(path string, port int) {
	if port < 0 || port > 65535 || port == 0 && c.f.Has(path) {
		c.f.Fault(path, fmt.Sprintf("%d is not a port", port), "write a number from 1 to 65535, or leave the line out")
	}
}

// cycles tells of hosts that can only be reached through themselves, once a ring.
func (c *checker) cycles() {
	via, index := map[string]string{}, map[string]int{}
	for i, h := range c.e.Hosts {
		via[h.Name], index[h.Name] = h.Via, i
	}
	told := map[string]bool{}
	for _, start := range c.hosts {
		var ring []string
		at := start
		for at != "" && !slices.Contains(ring, at) {
			ring = append(ring, at)
			at = via[at]
		}
		if at != start || told[start] {
			continue // no ring, or one that start only leads to
		}
		for _, name := range ring {
			told[name] = true
		}
		c.f.Fault(fmt.Sprintf("hosts[%d].via", index[start]), "a ring of jump hosts: "+strings.Join(append(ring, start), " → "), "one of them must be reached directly")
	}
}

func (c *checker) server(path string, s Server) {
	if s.Address == "" && s.Host == "" {
		c.f.Fault(path+".address", fmt.Sprintf("PostgreSQL server %q has no address", s.Name), "add address:, or host: with the name of the host it runs on")
	}
	c.address(path+".address", s.Address)
	c.port(path+".port", s.Port)
	c.known(path+".host", "host", s.Host, c.hosts)
	c.known(path+".via", "host", s.Via, c.hosts)
	c.environment(path, s.Environment)
	c.required(path+".user", s.User, fmt.Sprintf("PostgreSQL server %q has no user to log in as", s.Name), "add user: ROLE; a role without grants tells much already")
	c.secret(path+".password", s.Password)
	c.secret(path+".validation.password", s.Validation.Password)
	if s.Validation.User == "" && !s.Validation.Password.IsZero() {
		c.f.Fault(path+".validation", "a password without a role", "add user: ROLE")
	}
	c.tls(path+".tls", s.TLS)
	for i, leave := range s.Sampling {
		at := fmt.Sprintf("%s.sampling[%d]", path, i)
		if len(leave.Databases) == 0 {
			c.f.Fault(at+".databases", "leave to read rows names no database", "add databases: [NAME, …]; each is authorised by name")
		}
		c.leave(at, leave.AuthorisedBy, leave.Basis, leave.Date, leave.Until)
	}
	c.copies(path, s)
}

func (c *checker) tls(path string, t TLS) {
	if t.Mode == "allow" || t.Mode == "prefer" {
		c.f.Fault(path+".mode", fmt.Sprintf("%q falls back to plain text without a word", t.Mode), "write require, or disable if plain text is what you mean")
		return
	}
	choice(c, path+".mode", t.Mode, "disable", "require", "verify-ca", "verify-full")
	if t.CA != "" && (t.Mode == "disable" || t.Mode == "require") {
		c.f.Fault(path+".ca", fmt.Sprintf("mode %s looks at no authority", t.Mode), "write mode: verify-full, or remove ca:")
	}
}

func (c *checker) odoo(path string, o Odoo) {
	c.required(path+".url", o.URL, fmt.Sprintf("Odoo server %q has no URL", o.Name), "add url: https://…")
	c.required(path+".database", o.Database, fmt.Sprintf("Odoo server %q has no database", o.Name), "add database: NAME")
	c.required(path+".user", o.User, fmt.Sprintf("Odoo server %q has no user to log in as", o.Name), "add user: LOGIN")
	c.secret(path+".password", o.Password)
	if o.User != "" && o.Password.IsZero() && !c.f.Has(path+".password") {
		c.f.Fault(path+".password", fmt.Sprintf("Odoo server %q has no password", o.Name), "add password: {env: NAME} or another reference; an API key works too")
	}
	if o.Address != "" && !dialForm.MatchString(o.Address) {
		c.f.Fault(path+".address", "this is not HOST:PORT", "write where to dial, such as 10.0.0.5:443")
	}
	c.known(path+".host", "host", o.Host, c.hosts)
	c.known(path+".via", "host", o.Via, c.hosts)
	c.environment(path, o.Environment)
	if o.URL != "" {
		c.url(path, o)
	}
}

// cluster checks that a cluster is read in one way.
func (c *checker) cluster(path string, k Cluster) {
	c.environment(path, k.Environment)
	c.known(path+".via", "host", k.Via, c.hosts)
	switch {
	case k.Kubeconfig == "" && len(k.Files) == 0:
		c.f.Fault(path+".kubeconfig", fmt.Sprintf("Kubernetes cluster %q has neither a kubeconfig nor files", k.Name),
			"add kubeconfig: PATH, or files: [PATH, …] with what kubectl get -o json wrote")
	case k.Kubeconfig != "" && len(k.Files) > 0:
		c.f.Fault(path+".files", "a kubeconfig and files", "keep one of the two: a cluster is read in one way")
	case len(k.Files) > 0:
		for _, key := range []string{"context", "allow_exec", "via"} {
			if c.f.Has(path + "." + key) {
				c.f.Fault(path+"."+key, key+" belongs to a kubeconfig", "leave it out: files need no way to the API")
			}
		}
	}
	for i, file := range k.Files {
		c.required(fmt.Sprintf("%s.files[%d]", path, i), file, "a file without a name", "write its path")
	}
}

// url never quotes the URL: it may hold a password.
func (c *checker) url(path string, o Odoo) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		c.f.Fault(path+".url", "this is not a URL of a web server", "write it like https://erp.clinic.example")
	case u.User != nil:
		c.f.Fault(path+".url", "a URL with a login in it", "take it out: user: and password: have keys of their own")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		c.f.Fault(path+".url", "the URL goes on after the host", "end it there: Odoo's own paths are added")
	case u.Scheme == "http" && !o.AllowPlainHTTP:
		c.f.Fault(path+".url", "over plain http the password and all answers can be read on the way", "write https, or add allow_plain_http: true if that is accepted")
	}
}

// leave checks who allowed something, on what basis and when.
func (c *checker) leave(path, by, basis string, date, until Day) {
	c.required(path+".authorised_by", by, "nobody authorised this", "add authorised_by: NAME, ROLE")
	c.required(path+".basis", basis, "this has no basis", "add basis: with the contract, order or ticket")
	c.required(path+".date", string(date), "this has no date", "add date: with the day it was authorised")
	if until != "" && until < date {
		c.f.Fault(path+".until", "it ends before it begins", "")
	}
}

func (c *checker) timezone() {
	if _, err := time.LoadLocation(c.e.Calendar.Timezone); err != nil {
		c.f.Fault("calendar.timezone", fmt.Sprintf("no time zone is called %.40q", c.e.Calendar.Timezone), "write an IANA name such as Europe/Berlin")
	}
}
