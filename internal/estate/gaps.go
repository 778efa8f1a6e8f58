package estate

// Gaps lists everything in the inventory that is not known, asset by asset, section by section.
func (inventory Inventory) Gaps() []Gap { return inventory.sections().gaps }

// Tally is how many of an asset's sections are known.
type Tally struct{ Known, Sections int }

// Tallies counts the known sections of each asset ("host/erp-db", "postgres/erp", "postgres/erp/clinic", "odoo/clinic").
// What is absent is known; what a grant would complete is not. Of an asset that could not be read, none is.
func (inventory Inventory) Tallies() map[string]Tally { return inventory.sections().tallies }

func (inventory Inventory) sections() gapList {
	l := gapList{tallies: map[string]Tally{}}
	for _, h := range inventory.Hosts {
		l.host(h)
	}
	for _, p := range inventory.Postgres {
		l.postgres(p)
	}
	for _, o := range inventory.Odoo {
		l.odoo(o)
	}
	for _, c := range inventory.Clusters {
		l.cluster(c)
	}
	return l
}

type gapList struct {
	gaps    []Gap
	tallies map[string]Tally
	unread  bool // the asset at hand: its sections are counted, and its gap is one
}

func (l *gapList) host(h Host) {
	asset := "host/" + h.Name
	l.asset(asset, h.Collected)
	addGap(l, asset, "identity", h.Identity)
	addGap(l, asset, "capacity", h.Capacity)
	addGap(l, asset, "interfaces", h.Interfaces)
	addGap(l, asset, "processes", h.Processes)
	addGap(l, asset, "listeners", h.Listeners)
	addGap(l, asset, "connections", h.Connections)
	addGap(l, asset, "packages", h.Packages)
	addGap(l, asset, "units", h.Units)
	addGap(l, asset, "schedules", h.Schedules)
	addGap(l, asset, "mounts", h.Mounts)
	addGap(l, asset, "accounts", h.Accounts)
	addGap(l, asset, "certificates", h.Certificates)
	addGap(l, asset, "names", h.Names)
	addGap(l, asset, "applications", h.Applications)
	addGap(l, asset, "routes", h.Routes)
	addGap(l, asset, "containers", h.Containers)
	addGap(l, asset, "folders", h.Folders)
	addGap(l, asset, "commands", h.Commands)
	addGap(l, asset, "disks", h.Disks)
	addGap(l, asset, "network", h.Network)
	addGap(l, asset, "updates", h.Updates)
	addGap(l, asset, "safeguards", h.Safeguards)
	addGap(l, asset, "load", h.Load)
	addGap(l, asset, "backups", h.Backups)
	addGap(l, asset, "sudo rules", h.SudoRules)
	addGap(l, asset, "configurations", h.Configurations)
	addGap(l, asset, "files", h.Files)
	addGap(l, asset, "changed files", h.Changed)
	addGap(l, asset, "odoo modules", h.Code)
	addGap(l, asset, "filestores", h.Filestores)
}

func (l *gapList) postgres(p PostgresServer) {
	asset := "postgres/" + p.Name
	l.asset(asset, p.Collected)
	addGap(l, asset, "version", p.Version)
	addGap(l, asset, "settings", p.Settings)
	addGap(l, asset, "roles", p.Roles)
	addGap(l, asset, "clients", p.Clients)
	addGap(l, asset, "archiver", p.Archiver)
	addGap(l, asset, "state", p.State)
	addGap(l, asset, "write-ahead log", p.WAL)
	addGap(l, asset, "password forms", p.PasswordForms)
	addGap(l, asset, "role settings", p.RoleSettings)
	addGap(l, asset, "access rules", p.Access)
	addGap(l, asset, "replication slots", p.Slots)
	addGap(l, asset, "standbys", p.Standbys)
	addGap(l, asset, "prepared transactions", p.Prepared)
	addGap(l, asset, "tablespaces", p.Tablespaces)
	addGap(l, asset, "databases", p.Databases)
	for _, d := range p.Databases.Value {
		l.database(asset+"/"+d.Name, d)
	}
}

func (l *gapList) odoo(o OdooServer) {
	asset := "odoo/" + o.Name
	l.asset(asset, o.Collected)
	addGap(l, asset, "version", o.Version)
	addGap(l, asset, "modules", o.Modules)
	addGap(l, asset, "users", o.Users)
	addGap(l, asset, "crons", o.Crons)
	addGap(l, asset, "mail servers", o.MailServers)
	addGap(l, asset, "inbound mail", o.Inbound)
	addGap(l, asset, "providers", o.Providers)
	addGap(l, asset, "models", o.Models)
	addGap(l, asset, "attachments", o.Attachments)
	addGap(l, asset, "portal users", o.Portal)
	addGap(l, asset, "groups", o.Groups)
	addGap(l, asset, "api keys", o.APIKeys)
	addGap(l, asset, "companies", o.Companies)
	addGap(l, asset, "languages", o.Languages)
	addGap(l, asset, "server actions", o.Actions)
	addGap(l, asset, "automations", o.Automations)
	addGap(l, asset, "fields", o.Fields)
	addGap(l, asset, "views", o.Views)
	addGap(l, asset, "reports", o.Reports)
	addGap(l, asset, "numbering", o.Numbering)
	addGap(l, asset, "parameters", o.Parameters)
	addGap(l, asset, "queues", o.Queues)
}

func (l *gapList) cluster(c Cluster) {
	asset := "cluster/" + c.Name
	l.asset(asset, c.Collected)
	addGap(l, asset, "api", c.API)
	addGap(l, asset, "version", c.Version)
	addGap(l, asset, "nodes", c.Nodes)
	addGap(l, asset, "namespaces", c.Namespaces)
	addGap(l, asset, "network policies", c.NetworkPolicies)
	addGap(l, asset, "admission policies", c.Admission)
	addGap(l, asset, "roles", c.Roles)
	addGap(l, asset, "role bindings", c.RoleBindings)
	addGap(l, asset, "service accounts", c.ServiceAccounts)
	addGap(l, asset, "quotas", c.Quotas)
	addGap(l, asset, "workloads", c.Workloads)
	addGap(l, asset, "images", c.Images)
	addGap(l, asset, "disruption budgets", c.Disruptions)
	addGap(l, asset, "services", c.Services)
	addGap(l, asset, "ingresses", c.Ingresses)
	addGap(l, asset, "certificates", c.Certificates)
	addGap(l, asset, "issuers", c.Issuers)
	addGap(l, asset, "storage classes", c.StorageClasses)
	addGap(l, asset, "volumes", c.Volumes)
	addGap(l, asset, "backup schedules", c.Schedules)
	addGap(l, asset, "backups", c.Backups)
	addGap(l, asset, "backup locations", c.Locations)
	addGap(l, asset, "databases", c.Databases)
	addGap(l, asset, "gitops", c.GitOps)
	addGap(l, asset, "secret stores", c.Secrets)
	addGap(l, asset, "monitoring", c.Monitoring)
}

// asset begins an asset. One that could not be read at all is one gap.
func (l *gapList) asset(name string, c Collection) {
	l.unread = !c.Coverage.IsKnown()
	if l.unread {
		l.gaps = append(l.gaps, Gap{Asset: name, Coverage: c.Coverage, Problem: c.Problem, Mend: c.Mend})
	}
}

// database notes what is not known of a database. What keeps the tables closed, mostly that it could not be entered,
// is told once and not of every section.
func (l *gapList) database(asset string, d Database) {
	addGap(l, asset, "extensions", d.Extensions)
	addGap(l, asset, "tables", d.Tables)
	addGap(l, asset, "sequences", d.Sequences)
	more := gapList{tallies: l.tallies, unread: l.unread}
	addGap(&more, asset, "locale", d.Locale)
	addGap(&more, asset, "indexes", d.Indexes)
	addGap(&more, asset, "types", d.Types)
	addGap(&more, asset, "large objects", d.LargeObjects)
	addGap(&more, asset, "grants to all", d.PublicGrants)
	addGap(&more, asset, "default privileges", d.DefaultPrivileges)
	addGap(&more, asset, "publications", d.Publications)
	addGap(&more, asset, "subscriptions", d.Subscriptions)
	addGap(&more, asset, "foreign servers", d.ForeignServers)
	addGap(&more, asset, "event triggers", d.EventTriggers)
	addGap(&more, asset, "routines", d.Routines)
	addGap(&more, asset, "features of versions", d.Features)
	for _, gap := range more.gaps {
		if d.Tables.Coverage.IsKnown() || gap.Problem != d.Tables.Problem || gap.Mend != d.Tables.Grant {
			l.gaps = append(l.gaps, gap)
		}
	}
}

// addGap notes a section that is not known, or that a grant or a limit keeps from being whole. Absent is knowledge:
// there is no such thing on that asset.
func addGap[T any](l *gapList, asset, name string, s Section[T]) {
	t := l.tallies[asset]
	t.Sections++
	whole := s.Coverage == Absent || s.Coverage.IsKnown() && s.Grant == "" && !s.Truncated
	if whole && !l.unread {
		t.Known++
	}
	l.tallies[asset] = t
	if whole || l.unread {
		return
	}
	l.gaps = append(l.gaps, Gap{Asset: asset, Section: name, Coverage: s.Coverage, Problem: s.Problem, Mend: s.Grant})
}
