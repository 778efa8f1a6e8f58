// Package reportstest holds a small estate for the tests of reports: every coverage, every stage, and text
// that a hostile server might send. Nobody in it exists.
package reportstest

import (
	"time"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/plan"
	"nightferry/reports"
)

// Made is when the reports of tests are made.
func Made() time.Time { return time.Date(2026, 3, 9, 16, 30, 0, 0, time.UTC) }

func read(account string) estate.Collection {
	return estate.Collection{At: Made().Add(-26 * time.Hour), Account: account, Via: []string{"bastion"}, Address: "10.0.0.1", Coverage: estate.Known}
}

// Clinic is an estate of which most could be read, with all stages run.
func Clinic() reports.Input {
	inventory := estate.Inventory{Hosts: hosts(), Postgres: postgres(), Odoo: odoo(), Clusters: clusters()}
	judged := assessment()
	judged.Demands = demands(inventory)
	judged.Progress = classify.Progress{Day: "2026-03-09", Before: "2026-02-01", Gone: []classify.Gone{
		{Code: "telnet", Title: "telnet is served", Asset: "host/old-crm", Day: "2026-03-09", How: classify.NotJudged},
		{Code: "fsync-off", Title: "A power cut can destroy the database", Asset: "postgres/erp-db", Day: "2026-03-09", How: classify.Mended},
	}}
	return reports.Input{
		Engagement: "Clinic North & Partners", Made: Made(), Inventory: inventory, Services: services(),
		Classification: classification(), Assessment: judged, Plan: planned(),
	}
}

// demands is what the embedded tables say of the estate. One tenancy is decided by a person, one restore was tried.
func demands(inventory estate.Inventory) *classify.Demands {
	policies, err := classify.LoadPolicies(func(t classify.PolicyTable) (classify.PolicyTable, error) { return t, nil })
	if err != nil {
		panic(err) // the embedded tables have tests of their own
	}
	return classify.Assess(classify.Input{Inventory: inventory, Services: services(), Classification: *classification(), Policies: policies,
		Approvals: []estate.TenancyApproval{{Workload: "service/erp", Tenancy: estate.Hybrid, By: "P. Testholm", Reason: "one server is all there is", Date: "2026-03-01"}},
		Restores:  []estate.Restore{{Database: "erp-db/clinic", Date: "2026-02-01", Took: 2 * time.Hour, Bytes: 40e9, By: "P. Testholm", Evidence: "protocol 17", Where: "engagement.yaml:90"}},
	}).Demands
}

// Unread is an estate before any stage has run, but for one host that did not answer.
func Unread() reports.Input {
	return reports.Input{
		Engagement: "Clinic South", Made: Made(), Services: services()[:1],
		Inventory: estate.Inventory{Hosts: []estate.Host{
			estate.UnreadHost("erp-app", estate.Production, estate.Collection{At: Made(), Coverage: estate.Timeout,
				Problem: "no answer within 30 s", Mend: "check that port 22 is open from the bastion"}),
		}},
	}
}

func services() []estate.Service {
	return []estate.Service{
		{Name: "erp", Owner: "Finance, P. Testholm", Criticality: estate.BusinessCritical, Environment: estate.Production,
			RTO: 4 * time.Hour, RPO: 15 * time.Minute, Workaround: "paper forms", Hosts: []string{"erp-app", "erp-db"},
			Databases: []string{"erp-db/clinic"}, Odoo: []string{"clinic"}},
		{Name: "erp-staging", Criticality: estate.Deferrable, Environment: estate.NonProduction, Hosts: []string{"stg"}, Databases: []string{"stg"}},
		{Name: "interfaces", Owner: "Integration team", Criticality: estate.LifeCritical, Environment: estate.Production, RTO: 36 * time.Hour, Hosts: []string{"intf"}},
		{Name: "old crm", Environment: estate.Production, Hosts: []string{"old-crm"}},
		{Name: "directory", Environment: estate.SharedEnv, Hosts: []string{"edge"}},
	}
}

func hosts() []estate.Host {
	app := estate.Host{Name: "erp-app", Environment: estate.Production, Collected: read("assess"),
		Identity:    estate.Know("os-release", estate.Identity{OSName: "Debian GNU/Linux 11 (bullseye)", Kernel: "5.10.0-28-amd64", Virtualisation: "kvm"}),
		Capacity:    estate.Know("/proc", estate.Capacity{CPUs: 8, MemoryBytes: 32 << 30}),
		Listeners:   estate.Know("ss", []estate.Listener{{Protocol: "tcp", Address: "*", Port: 443}, {Protocol: "tcp", Address: "0.0.0.0", Port: 22}, {Protocol: "tcp", Address: "127.0.0.1", Port: 8069}}),
		Connections: estate.Know("ss", []estate.Connection{{PeerAddress: "10.0.0.2", PeerPort: 5432, Count: 4}}),
		Packages:    estate.Know("dpkg", make([]estate.Package, 412)),
		Units:       estate.Know("systemctl", []estate.Unit{{Name: "odoo.service", Kind: "service", Active: "active"}, {Name: "cron.service", Kind: "service", Active: "inactive"}}),
		Mounts: estate.Know("df", []estate.Mount{{Source: "/dev/vda1", Target: "/", Mounted: true, SizeBytes: 100e9, UsedBytes: 61e9},
			{Source: "/dev/vda1", Target: "/srv", Mounted: true, SizeBytes: 100e9, UsedBytes: 61e9}, {Source: "/dev/vdb1", Target: "/backup", Mounted: true}}),
		Certificates: estate.Know("tls", []estate.Certificate{{NotAfter: Made().Add(-24 * time.Hour)}, {NotAfter: Made().Add(9000 * time.Hour)}}),
		Applications: estate.Know("signs", []estate.Application{{Kind: "odoo", Version: "14.0", Running: true}, {Kind: "redis", Running: false}}),
		Code:         estate.Know("find", []estate.CodeModule{{Name: "clinic_base", Version: "1.1", Path: "/opt/odoo/clinic_base"}, {Name: "clinic_old", Path: "/opt/odoo/clinic_old"}}),
		Schedules:    estate.Miss[[]estate.Schedule](estate.Denied, "crontab -l", "the crontabs of other users are closed", "sudo rule for crontab -l"),
		Accounts:     estate.Miss[[]estate.Account](estate.Denied, "/etc/shadow", "", "sudo rule for getent shadow"),
	}
	known := func(name string, e estate.Environment) estate.Host {
		h := app
		h.Name, h.Environment = name, e
		h.Schedules, h.Accounts = estate.Know("crontab", []estate.Schedule{{}}), estate.Know("passwd", []estate.Account{{}})
		h.Certificates = estate.Know("tls", []estate.Certificate{})
		h.Processes, h.Interfaces, h.Names = estate.Know("ps", []estate.Process{}), estate.Know("ip", []estate.Interface{}), estate.Know("hosts", []estate.HostName{})
		h.Routes, h.Containers = estate.Know("nginx", []estate.WebRoute{}), estate.Miss[[]estate.Container](estate.Absent, "docker", "no such command", "")
		h.Safeguards = estate.Know("units", []estate.Safeguard{{Kind: "time", State: "on", By: []string{"chronyd"}}, {Kind: "firewall", State: "unknown", Grant: "sudo rule for nft list ruleset"}, {Kind: "monitoring", State: "none"}})
		h.Updates = estate.Know("apt-get -s", estate.Updates{Manager: "apt", Pending: []string{"nginx", "tzdata"}, Security: []string{"nginx"}, ListsAt: Made().Add(-72 * time.Hour)})
		h.Load = estate.Know("/proc", estate.Load{CPUBusyBoot: 12.5, AvailableBytes: 3 << 30})
		h.Disks, h.Network = estate.Know("lsblk", []estate.Disk{{Name: "vda", Kind: "disk", Encrypted: true}}), estate.Know("ip route", estate.Network{})
		h.Backups = estate.Know("find", []estate.Backup{})
		h.SudoRules, h.Files, h.Changed = estate.Know("sudoers", []estate.SudoRule{}), estate.Know("stat", []estate.File{}), estate.Know("dpkg", []estate.ChangedFile{{Path: "/usr/bin/x", Change: "content"}})
		h.Configurations, h.Filestores = estate.Know("files", []estate.Configuration{}), estate.Know("find", []estate.Filestore{})
		h.Code = estate.Know("find", []estate.CodeModule{})
		h.Folders, h.Commands = estate.Know("find", []estate.DataFolder{}), estate.Know("grep", []estate.OutboundCall{})
		return h
	}
	db := known("erp-db", estate.Production)
	db.Packages.Truncated = true
	db.Backups.Value = []estate.Backup{{Tool: "pg_dump", Where: "/var/backups/pg/*.dump", Newest: Made().Add(-47 * 24 * time.Hour), Oldest: Made().Add(-61 * 24 * time.Hour), Count: 14, Bytes: 48_000_000, Sign: "file"},
		{Tool: "wal-archive", Where: "/var/lib/postgresql/wal_archive", Sign: "file", Problem: "the folder is closed to this account"}}
	db.Code = estate.Miss[[]estate.CodeModule](estate.Absent, "find", "no Odoo", "")
	db.Applications.Value = []estate.Application{{Kind: "postgresql", Version: "13.14", Running: true}}
	return []estate.Host{
		known("cloud-app", estate.Target), known("edge", estate.SharedEnv), app, db, known("intf", estate.Production),
		estate.UnreadHost("old-crm", estate.Production, estate.Collection{At: Made(), Account: "assess", Coverage: estate.Failed,
			Problem: "the host key changed", Mend: "compare the key with its owner, then: ssh-keygen -R old-crm"}),
		known("stg", estate.NonProduction),
	}
}

func postgres() []estate.PostgresServer {
	key := []string{"id"}
	tables := []estate.Table{
		{Schema: "public", Name: "clinic_patient", Kind: "table", RowEstimate: 200_000, TotalBytes: 93 << 20, PrimaryKey: key, Columns: make([]estate.Column, 31), References: make([]estate.ForeignKey, 3)},
		{Schema: "public", Name: "clinic_rel", Kind: "table", RowEstimate: -1, TotalBytes: 8192, Columns: make([]estate.Column, 2)},
		{Schema: "public", Name: "=cmd|'/c calc'!A1", Kind: "table", RowEstimate: 0, TotalBytes: 16384, PrimaryKey: []string{"a", "b"}, Columns: make([]estate.Column, 2)},
		{Schema: "public", Name: "ward\x1b[2J\u202egnp_x0041_", Kind: "view", RowEstimate: 12, Columns: make([]estate.Column, 4)},
	}
	servers := []estate.PostgresServer{
		{Name: "erp-db", Environment: estate.Production, Host: "erp-db", Collected: read("assess_min"),
			Version:  estate.Know("server_version", estate.PostgresVersion{Number: 130014, Text: "13.14 (Debian 13.14-0+deb11u1)"}),
			Settings: estate.Know("pg_settings", []estate.Setting{}), Roles: estate.Know("pg_roles", []estate.Role{{Name: "postgres", Superuser: true}, {Name: "odoo"}}),
			Clients:  estate.Miss[[]estate.DatabaseClient](estate.Denied, "pg_stat_activity", "sessions of other users are hidden", "GRANT pg_monitor TO assess_min"),
			Archiver: estate.Know("pg_stat_archiver", estate.Archiver{Mode: "on", LastArchived: Made().Add(-time.Hour)}),
			Databases: estate.Know("pg_database", []estate.Database{
				{Name: "clinic", Owner: "odoo", Encoding: "UTF8", Collation: "C", SizeBytes: 4_812_000_000, Tables: estate.Know("pg_class", tables),
					Extensions: estate.Know("pg_extension", []estate.Extension{{Name: "plpgsql"}, {Name: "unaccent"}}),
					Sequences:  estate.Miss[[]estate.Sequence](estate.Denied, "pg_sequences", "last values are hidden", "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO assess_min")},
				{Name: "clinic_test", Owner: "dba_old", Encoding: "UTF8", Collation: "C", SizeBytes: -1,
					Tables:     estate.Miss[[]estate.Table](estate.Denied, "", "the role may not connect", "GRANT CONNECT ON DATABASE clinic_test TO assess_min"),
					Extensions: estate.Miss[[]estate.Extension](estate.Denied, "", "the role may not connect", "GRANT CONNECT ON DATABASE clinic_test TO assess_min"),
					Sequences:  estate.Miss[[]estate.Sequence](estate.Denied, "", "the role may not connect", "GRANT CONNECT ON DATABASE clinic_test TO assess_min")},
			})},
		estate.UnreadPostgres("stg", estate.NonProduction, estate.Collection{At: Made(), Account: "assess_min", Coverage: estate.Denied,
			Problem: "the password was refused (28P01)", Mend: "check the secret of the database stg"}),
	}
	known(&servers[0])
	return servers
}

func odoo() []estate.OdooServer {
	seen := Made().Add(-48 * time.Hour)
	return []estate.OdooServer{{
		Name: "clinic", Environment: estate.Production, Host: "erp-app", Database: "clinic",
		Collected: func() estate.Collection {
			c := read("assess_reader")
			c.Warnings = []string{"assess_reader, who looked, is no administrator: record rules may have hidden rows"}
			return c
		}(),
		Version: estate.Know("version", "14.0"),
		Modules: estate.Know("ir.module.module", []estate.Module{
			{Name: "clinic_base", State: "installed", Version: "14.0.1.0", Author: "Example Clinic", Licence: "LGPL-3", Origin: "custom"},
			{Name: "sale", State: "installed", Version: "14.0.1.2", Author: "Odoo S.A.", Licence: "LGPL-3", Origin: "core"},
			{Name: "account", State: "to upgrade", Version: "14.0.1.1", Author: "Odoo S.A.", Licence: "LGPL-3", Origin: "core"},
			{Name: "website", State: "uninstalled", Author: "Odoo S.A.", Origin: "core"},
		}),
		Users: estate.Know("res.users", []estate.OdooUser{
			{Login: "admin", Active: true, Internal: true, Administrator: true, LastLogin: seen},
			{Login: "nurse.testa", Active: true, Internal: true}, {Login: "portal.x", Active: true}, {Login: "gone", Internal: true},
		}),
		Crons:       estate.Know("ir.cron", []estate.Cron{{Name: "Mail queue", Active: true}, {Name: "Old import"}}),
		MailServers: estate.Miss[[]estate.MailServer](estate.Denied, "ir.mail_server", "", "give assess_reader read access to ir.mail_server"),
		Inbound:     estate.Miss[[]estate.MailServer](estate.Absent, "fetchmail.server", "", ""),
		Providers:   estate.Know("providers", []estate.Provider{{Kind: "ldap", Name: "ldap.example", Enabled: true}}),
		Models:      estate.Know("ir.model", []estate.Model{{Name: "sale.order", Fields: 40}, {Name: "x_ward", Custom: true, Fields: 7}}),
		Attachments: estate.Know("ir.attachment", estate.AttachmentSums{Files: 613, FileBytes: 7_300_000_000, InTable: 4, URLs: 2}),
		Portal:      estate.Know("res.users", estate.PortalUsers{Active: 12}),
		Groups:      estate.Know("res.groups", []estate.UserGroup{}), APIKeys: estate.Know("res.users.apikeys", []estate.APIKey{}),
		Companies: estate.Know("res.company", []estate.Company{{Name: "Clinic"}}), Languages: estate.Know("res.lang", []string{"en_US"}),
		Actions: estate.Know("ir.actions.server", []estate.ServerAction{}), Automations: estate.Know("base.automation", []estate.Automation{}),
		Fields: estate.Know("ir.model.fields", estate.FieldSums{}), Views: estate.Know("ir.ui.view", []estate.ViewSum{}),
		Reports: estate.Know("ir.actions.report", []estate.OdooReport{}), Numbering: estate.Know("ir.sequence", estate.SequenceSums{}),
		Parameters: estate.Know("ir.config_parameter", []estate.Parameter{}), Queues: estate.Know("queue.job (not there)", []estate.Queue{}),
	}}
}

func classification() *classify.Classification {
	columns := map[estate.DataClass]int{estate.PHI: 118, estate.PII: 61, estate.Financial: 44, estate.HR: 23, estate.Credential: 9, estate.NotAssessed: 37, estate.Operational: 1640}
	return &classify.Classification{Version: classify.Version,
		Databases: []classify.DatabaseResult{
			{Server: "erp-db", Database: "clinic", Coverage: estate.Known, Odoo: true, Class: estate.PHI, Columns: columns,
				Tables: []classify.TableResult{{Schema: "public", Table: "clinic_patient", Class: estate.PHI, Rows: 200_000, Sensitive: []classify.ColumnResult{
					{Column: "birth_date", Class: estate.PHI, Subtype: "date of birth", Confidence: 0.92, Evidence: []classify.Evidence{{Kind: "name", Detail: "birth_date"}, {Kind: "context", Detail: "a table of patients"}}},
					{Column: "mrn", Class: estate.PHI, Subtype: "record number", Confidence: 0.98, Evidence: []classify.Evidence{{Kind: "name", Detail: "mrn"}}},
				}}}},
			{Server: "erp-db", Database: "clinic_test", Coverage: estate.Denied, Class: estate.NotAssessed},
		},
		Services: []classify.ServiceResult{
			{Service: "erp", Class: estate.PHI, Columns: columns, Databases: []string{"erp-db/clinic"}},
			{Service: "erp-staging", Class: estate.NotAssessed, Missing: []string{"stg"}},
			{Service: "interfaces", Class: estate.Operational, Columns: map[estate.DataClass]int{estate.Operational: 3}},
			{Service: "old crm", Class: estate.NotAssessed}, {Service: "directory", Class: estate.NotAssessed},
		}}
}

// word is what people stated: each standing that an answer can have.
func word() estate.Word {
	proof := func(evidence, date string) estate.Proof {
		return estate.Proof{Evidence: evidence, Date: date, MaxAge: 35 * estate.Day}
	}
	return estate.Word{
		Responsibilities: []estate.Responsibility{
			{Duty: "patching", By: estate.ByProvider, Who: "cloud operations", Proof: proof("patch report of February", "2026-03-02")},
			{Duty: "vulnerability-management", By: estate.ByProvider, Who: "cloud operations", Proof: proof("scan report", "2025-11-03")},
			{Duty: "monitoring", By: estate.ByCustomer, Who: "IT", Proof: proof("", "")}, {Duty: "capacity", By: estate.ByNobody},
		},
		Practices: []estate.Practice{{Practice: "failover-tests", State: estate.InPlace, By: "DBA", Proof: proof("protocol 12", "2026-02-20")},
			{Practice: "ai-boundary", State: estate.Lacking, By: "data protection officer"}},
		Vendors: []estate.Vendor{{Name: "hosting", Provides: "cloud platform", Contact: "+1 555 0200", Agreement: estate.Signed, Until: "2027-12-31", Proof: proof("contract 17", "2026-03-01")}, {Name: "laboratory"}},
	}
}

func assessment() *classify.Assessment {
	a := &classify.Assessment{Version: classify.Version, Modules: moduleReport(), Accountability: classify.Account(word(), services(), "2026-03-09"), Integrations: []estate.Integration{
		{From: "host/erp-app", To: "host/erp-db", Protocol: "postgresql", Port: 5432, Kind: estate.KindDatabase, Direction: estate.Both, Owner: "Finance, P. Testholm", Encryption: estate.PlainText,
			Authentication: estate.PasswordProof, Looks: 96, Seen: 95, Configured: []string{"odoo.conf on erp-app"}, Observed: []string{"in 95 of 96 samples of odoo on erp-app, port 5432"},
			Declared: []string{"engagement.yaml:12"}, Classes: []estate.Crossing{{Class: estate.PHI, By: estate.ByDatabase, Why: "the database erp-db/clinic holds it"},
				{Class: estate.HR, By: estate.ByDatabase, Why: "the database erp-db/clinic holds it"}}},
		{From: "host/erp-app", To: "outside/bi.example", Protocol: "https", Port: 443, Kind: estate.KindAnalytics, Direction: estate.UnknownDirection, Encryption: estate.TLSEncryption,
			Authentication: estate.UnknownProof, Declared: []string{"engagement.yaml:14"}, Classes: []estate.Crossing{{Class: estate.PHI, By: estate.ByService, Why: "at most: the service erp holds it"}}},
		{From: "host/intf", To: "outside/lab.partner.example", Protocol: "sftp", Port: 22, Kind: estate.KindFiles, Direction: estate.Push, Owner: "Integration team", Encryption: estate.SSHEncryption,
			Authentication: estate.KeyProof, Schedule: []string{"*/10 * * * * (/etc/cron.d/labor-push)"}, Looks: 1, Configured: []string{"sftp in /usr/local/bin/labor-push on intf"},
			Classes: []estate.Crossing{{Class: estate.NotAssessed, By: estate.ByNothing, Why: "no database, model or service is tied to it"}}},
		{From: "outside/ehr.example", To: "host/intf", Protocol: "hl7", Port: 2575, Kind: estate.KindEHR, Direction: estate.Push, Encryption: estate.UnknownEncryption, Authentication: estate.UnknownProof,
			Looks: 1, Seen: 1, Observed: []string{"socket on intf, port 2575"}, Classes: []estate.Crossing{{Class: estate.PHI, By: estate.ByProtocol, Why: "health records are what hl7 carries"}}},
	}}
	for _, i := range a.Integrations {
		if finding, differs := classify.Difference(a.Integrations, i); differs {
			a.Findings = append(a.Findings, finding)
		}
	}
	for _, until := range []string{"", "2026-03-01", "2026-12-31"} {
		f := estate.Finding{Code: "odoo-end-of-life", Title: "Odoo gets no more updates", Severity: estate.HighSeverity, Asset: "host/app-" + until, Evidence: []string{"Odoo 14.0, -800 days left"},
			Fix: "an upgrade, step by step", HIPAA: []string{"164.308(a)(1)(ii)(B)"}, ISO: []string{"A.8.8", "A.8.19"}, Effort: "weeks", Note: "sold support does not show"}
		if until != "" {
			f.Accepted = &estate.Acceptance{Code: f.Code, Asset: f.Asset, Until: until, By: "P. Testholm", Reason: "wave 3", Date: "2026-01-31", Expired: until < "2026-03-09"}
		}
		a.Findings = append(a.Findings, f)
	}
	a.Unknown = []estate.UnknownFinding{{Code: "hba-trust", Title: "PostgreSQL lets in callers without any proof", Section: "access rules", Coverage: estate.Denied,
		Problem: "for superusers", Grant: "GRANT SELECT ON pg_hba_file_rules", Assets: []string{"postgres/erp"}}}
	return a
}

func planned() *plan.Plan {
	return &plan.Plan{Version: plan.Version,
		Waves: []plan.Wave{
			{Name: "wave-0", Title: "foundation", Phase: plan.Foundation, Checklist: []plan.Item{
				{Name: "a target host for each application", Coverage: estate.Known, Holds: true, Evidence: "cloud-app is read"},
				{Name: "the target database server is no older", Coverage: estate.Known, Evidence: "none is in scope"},
				{Name: "backups of the landing zone", Coverage: estate.NotAsked, Evidence: "nobody looked"},
			}},
			{Name: "wave-1", Title: "non-production: erp-staging", Phase: plan.NonProduction, Members: []plan.Placement{
				{Service: "erp-staging", Environment: estate.NonProduction, Class: estate.NotAssessed, SizeBytes: -1, Reasons: []plan.Reason{{Constraint: "environment", Text: "its environment is non-production"}}}}},
			{Name: "wave-2", Title: "production: interfaces", Phase: plan.Production, Members: []plan.Placement{
				{Service: "interfaces", Environment: estate.Production, Class: estate.Operational, Reasons: []plan.Reason{{Constraint: "unregulated", Text: "before services with regulated data"}}},
				{Service: "old crm", Environment: estate.Production, Class: estate.NotAssessed, SizeBytes: 120_000_000}}},
			{Name: "wave-3", Title: "production: erp", Phase: plan.Production, Members: []plan.Placement{
				{Service: "erp", Environment: estate.Production, Class: estate.PHI, SizeBytes: 4_812_000_000, Reasons: []plan.Reason{{Constraint: "regulated", Text: "holds PHI"}, {Constraint: "dependency", Text: "needs interfaces"}}}}},
		},
		Retained: []plan.Placement{{Service: "directory", Environment: estate.SharedEnv, Class: estate.NotAssessed, SizeBytes: -1, Reasons: []plan.Reason{{Constraint: "shared", Text: "serves several environments"}}}},
	}
}
