package estate

// UnreadHost is a host of which nothing could be read; the collection says why.
func UnreadHost(name string, environment Environment, c Collection) Host {
	return Host{
		Name: name, Environment: environment, Collected: c,
		Identity: unread[Identity](), Capacity: unread[Capacity](), Interfaces: unread[[]Interface](),
		Processes: unread[[]Process](), Listeners: unread[[]Listener](), Connections: unread[[]Connection](),
		Packages: unread[[]Package](), Units: unread[[]Unit](), Schedules: unread[[]Schedule](),
		Mounts: unread[[]Mount](), Accounts: unread[[]Account](), Certificates: unread[[]Certificate](),
		Names: unread[[]HostName](), Applications: unread[[]Application](), Routes: unread[[]WebRoute](),
		Containers: unread[[]Container](), Folders: unread[[]DataFolder](), Commands: unread[[]OutboundCall](),
		Disks: unread[[]Disk](), Network: unread[Network](), Updates: unread[Updates](), Safeguards: unread[[]Safeguard](),
		Load: unread[Load](), Backups: unread[[]Backup](), SudoRules: unread[[]SudoRule](),
		Configurations: unread[[]Configuration](), Files: unread[[]File](), Changed: unread[[]ChangedFile](),
		Code: unread[[]CodeModule](), Filestores: unread[[]Filestore](),
	}
}

// UnreadPostgres is a PostgreSQL server of which nothing could be read; the collection says why.
func UnreadPostgres(name string, environment Environment, c Collection) PostgresServer {
	return PostgresServer{
		Name: name, Environment: environment, Collected: c,
		Version: unread[PostgresVersion](), Settings: unread[[]Setting](), Roles: unread[[]Role](),
		Clients: unread[[]DatabaseClient](), Archiver: unread[Archiver](), Databases: unread[[]Database](),
		State: unread[ClusterState](), WAL: unread[WALFolder](), PasswordForms: unread[[]PasswordForm](),
		RoleSettings: unread[[]RoleSetting](), Access: unread[[]AccessRule](), Slots: unread[[]ReplicationSlot](),
		Standbys: unread[[]Standby](), Prepared: unread[[]PreparedTransaction](), Tablespaces: unread[[]Tablespace](),
	}
}

// Miss marks every section of the database as missed, for the same reason.
func (d *Database) Miss(coverage Coverage, problem, grant string) {
	d.Extensions = Miss[[]Extension](coverage, "", problem, grant)
	d.Tables = Miss[[]Table](coverage, "", problem, grant)
	d.Sequences = Miss[[]Sequence](coverage, "", problem, grant)
	d.Locale = Miss[Locale](coverage, "", problem, grant)
	d.Indexes = Miss[Indexes](coverage, "", problem, grant)
	d.Types = Miss[[]CustomType](coverage, "", problem, grant)
	d.LargeObjects = Miss[LargeObjects](coverage, "", problem, grant)
	d.PublicGrants = Miss[[]PublicGrant](coverage, "", problem, grant)
	d.DefaultPrivileges = Miss[[]DefaultPrivilege](coverage, "", problem, grant)
	d.Publications = Miss[[]Publication](coverage, "", problem, grant)
	d.Subscriptions = Miss[[]Subscription](coverage, "", problem, grant)
	d.ForeignServers = Miss[[]ForeignServer](coverage, "", problem, grant)
	d.EventTriggers = Miss[[]EventTrigger](coverage, "", problem, grant)
	d.Routines = Miss[[]RoutineGroup](coverage, "", problem, grant)
	d.Features = Miss[[]VersionFeature](coverage, "", problem, grant)
}

// UnreadOdoo is an Odoo server of which nothing could be read; the collection says why.
func UnreadOdoo(name string, environment Environment, c Collection) OdooServer {
	return OdooServer{
		Name: name, Environment: environment, Collected: c,
		Version: unread[string](), Modules: unread[[]Module](), Users: unread[[]OdooUser](), Crons: unread[[]Cron](),
		MailServers: unread[[]MailServer](), Inbound: unread[[]MailServer](), Providers: unread[[]Provider](),
		Models: unread[[]Model](), Attachments: unread[AttachmentSums](), Portal: unread[PortalUsers](),
		Groups: unread[[]UserGroup](), APIKeys: unread[[]APIKey](), Companies: unread[[]Company](),
		Languages: unread[[]string](), Actions: unread[[]ServerAction](), Automations: unread[[]Automation](),
		Fields: unread[FieldSums](), Views: unread[[]ViewSum](), Reports: unread[[]OdooReport](),
		Numbering: unread[SequenceSums](), Parameters: unread[[]Parameter](), Queues: unread[[]Queue](),
	}
}

// UnreadCluster is a Kubernetes cluster of which nothing could be read; the collection says why.
func UnreadCluster(name string, environment Environment, c Collection) Cluster {
	return Cluster{
		Name: name, Environment: environment, Collected: c,
		API: unread[ClusterAPI](), Version: unread[ClusterVersion](), Nodes: unread[[]Node](), Namespaces: unread[[]Namespace](),
		NetworkPolicies: unread[[]NetworkPolicy](), Admission: unread[[]AdmissionPolicy](), Roles: unread[[]RBACRole](),
		RoleBindings: unread[[]RoleBinding](), ServiceAccounts: unread[[]ServiceAccount](), Quotas: unread[[]Quota](),
		Workloads: unread[[]ClusterWorkload](), Images: unread[[]Image](), Disruptions: unread[[]DisruptionBudget](),
		Services: unread[[]ClusterService](), Ingresses: unread[[]Ingress](), Certificates: unread[[]ClusterCertificate](),
		Issuers: unread[[]CertificateIssuer](), StorageClasses: unread[[]StorageClass](), Volumes: unread[[]VolumeClaim](),
		Schedules: unread[[]BackupSchedule](), Backups: unread[[]ClusterBackup](), Locations: unread[[]BackupLocation](),
		Databases: unread[[]ClusterDatabase](), GitOps: unread[[]GitOps](), Secrets: unread[[]SecretStore](), Monitoring: unread[[]Monitor](),
	}
}

func unread[T any]() Section[T] { return Section[T]{Coverage: NotAsked} }
