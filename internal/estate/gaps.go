package estate

// Gaps lists everything in the inventory that is not known, asset by asset, section by section.
func (inventory Inventory) Gaps() []Gap {
	var gaps gapList
	for _, h := range inventory.Hosts {
		asset := "host/" + h.Name
		if gaps.asset(asset, h.Collected) {
			continue
		}
		addGap(&gaps, asset, "identity", h.Identity)
		addGap(&gaps, asset, "capacity", h.Capacity)
		addGap(&gaps, asset, "interfaces", h.Interfaces)
		addGap(&gaps, asset, "processes", h.Processes)
		addGap(&gaps, asset, "listeners", h.Listeners)
		addGap(&gaps, asset, "connections", h.Connections)
		addGap(&gaps, asset, "packages", h.Packages)
		addGap(&gaps, asset, "units", h.Units)
		addGap(&gaps, asset, "schedules", h.Schedules)
		addGap(&gaps, asset, "mounts", h.Mounts)
		addGap(&gaps, asset, "accounts", h.Accounts)
		addGap(&gaps, asset, "certificates", h.Certificates)
		addGap(&gaps, asset, "names", h.Names)
		addGap(&gaps, asset, "applications", h.Applications)
		addGap(&gaps, asset, "routes", h.Routes)
		addGap(&gaps, asset, "containers", h.Containers)
		addGap(&gaps, asset, "folders", h.Folders)
		addGap(&gaps, asset, "commands", h.Commands)
		addGap(&gaps, asset, "disks", h.Disks)
		addGap(&gaps, asset, "network", h.Network)
		addGap(&gaps, asset, "updates", h.Updates)
		addGap(&gaps, asset, "safeguards", h.Safeguards)
		addGap(&gaps, asset, "load", h.Load)
		addGap(&gaps, asset, "backups", h.Backups)
		addGap(&gaps, asset, "sudo rules", h.SudoRules)
		addGap(&gaps, asset, "configurations", h.Configurations)
		addGap(&gaps, asset, "files", h.Files)
		addGap(&gaps, asset, "changed files", h.Changed)
		addGap(&gaps, asset, "odoo modules", h.Code)
		addGap(&gaps, asset, "filestores", h.Filestores)
	}
	for _, p := range inventory.Postgres {
		asset := "postgres/" + p.Name
		if gaps.asset(asset, p.Collected) {
			continue
		}
		addGap(&gaps, asset, "version", p.Version)
		addGap(&gaps, asset, "settings", p.Settings)
		addGap(&gaps, asset, "roles", p.Roles)
		addGap(&gaps, asset, "clients", p.Clients)
		addGap(&gaps, asset, "archiver", p.Archiver)
		addGap(&gaps, asset, "state", p.State)
		addGap(&gaps, asset, "write-ahead log", p.WAL)
		addGap(&gaps, asset, "password forms", p.PasswordForms)
		addGap(&gaps, asset, "role settings", p.RoleSettings)
		addGap(&gaps, asset, "access rules", p.Access)
		addGap(&gaps, asset, "replication slots", p.Slots)
		addGap(&gaps, asset, "standbys", p.Standbys)
		addGap(&gaps, asset, "prepared transactions", p.Prepared)
		addGap(&gaps, asset, "tablespaces", p.Tablespaces)
		addGap(&gaps, asset, "databases", p.Databases)
		for _, d := range p.Databases.Value {
			gaps.database(asset+"/"+d.Name, d)
		}
	}
	for _, o := range inventory.Odoo {
		asset := "odoo/" + o.Name
		if gaps.asset(asset, o.Collected) {
			continue
		}
		addGap(&gaps, asset, "version", o.Version)
		addGap(&gaps, asset, "modules", o.Modules)
		addGap(&gaps, asset, "users", o.Users)
		addGap(&gaps, asset, "crons", o.Crons)
		addGap(&gaps, asset, "mail servers", o.MailServers)
		addGap(&gaps, asset, "inbound mail", o.Inbound)
		addGap(&gaps, asset, "providers", o.Providers)
		addGap(&gaps, asset, "models", o.Models)
		addGap(&gaps, asset, "attachments", o.Attachments)
		addGap(&gaps, asset, "portal users", o.Portal)
		addGap(&gaps, asset, "groups", o.Groups)
		addGap(&gaps, asset, "api keys", o.APIKeys)
		addGap(&gaps, asset, "companies", o.Companies)
		addGap(&gaps, asset, "languages", o.Languages)
		addGap(&gaps, asset, "server actions", o.Actions)
		addGap(&gaps, asset, "automations", o.Automations)
		addGap(&gaps, asset, "fields", o.Fields)
		addGap(&gaps, asset, "views", o.Views)
		addGap(&gaps, asset, "reports", o.Reports)
		addGap(&gaps, asset, "numbering", o.Numbering)
		addGap(&gaps, asset, "parameters", o.Parameters)
		addGap(&gaps, asset, "queues", o.Queues)
	}
	return gaps
}

type gapList []Gap

// asset notes an asset that could not be read at all, and tells so.
func (l *gapList) asset(name string, c Collection) bool {
	if c.Coverage.IsKnown() {
		return false
	}
	*l = append(*l, Gap{Asset: name, Coverage: c.Coverage, Problem: c.Problem, Mend: c.Mend})
	return true
}

// database notes what is not known of a database. What keeps the tables closed, mostly that it could not be entered,
// is told once and not of every section.
func (l *gapList) database(asset string, d Database) {
	addGap(l, asset, "extensions", d.Extensions)
	addGap(l, asset, "tables", d.Tables)
	addGap(l, asset, "sequences", d.Sequences)
	var more gapList
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
	for _, gap := range more {
		if d.Tables.Coverage.IsKnown() || gap.Problem != d.Tables.Problem || gap.Mend != d.Tables.Grant {
			*l = append(*l, gap)
		}
	}
}

// addGap notes a section that is not known, or that a grant or a limit keeps from being whole. Absent is knowledge:
// there is no such thing on that asset.
func addGap[T any](l *gapList, asset, name string, s Section[T]) {
	if s.Coverage == Absent || s.Coverage.IsKnown() && s.Grant == "" && !s.Truncated {
		return
	}
	*l = append(*l, Gap{Asset: asset, Section: name, Coverage: s.Coverage, Problem: s.Problem, Mend: s.Grant})
}
