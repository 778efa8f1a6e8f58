package reportstest

import "nightferry/internal/estate"

// known fills in what the reports do not show, or show only where something is wrong with it: all of it was read, and
// there is none.
func known(server *estate.PostgresServer) {
	server.State = estate.Know("pg_control_system", estate.ClusterState{WALLevel: "replica", Started: Made()})
	server.WAL = estate.Know("pg_ls_waldir", estate.WALFolder{Files: 3, Bytes: 48 << 20})
	server.PasswordForms = estate.Know("pg_authid", []estate.PasswordForm{{Role: "odoo", Form: "md5"}})
	server.RoleSettings = estate.Know("pg_db_role_setting", []estate.RoleSetting{})
	server.Access = estate.Know("pg_hba_file_rules", []estate.AccessRule{})
	server.Slots = estate.Know("pg_replication_slots", []estate.ReplicationSlot{})
	server.Standbys = estate.Know("pg_stat_replication", []estate.Standby{})
	server.Prepared = estate.Know("pg_prepared_xacts", []estate.PreparedTransaction{})
	server.Tablespaces = estate.Know("pg_tablespace", []estate.Tablespace{})
	for i := range server.Databases.Value {
		knownWithin(&server.Databases.Value[i])
	}
}

func knownWithin(d *estate.Database) {
	if !d.Tables.Coverage.IsKnown() {
		d.Miss(d.Tables.Coverage, d.Tables.Problem, d.Tables.Grant)
		return
	}
	d.Locale = estate.Know("pg_database", estate.Locale{Provider: "libc", Collate: "C", CType: "C"})
	d.Indexes = estate.Know("pg_index", estate.Indexes{})
	d.Types = estate.Know("pg_type", []estate.CustomType{})
	d.LargeObjects = estate.Know("pg_largeobject_metadata", estate.LargeObjects{})
	d.PublicGrants = estate.Know("aclexplode", []estate.PublicGrant{})
	d.DefaultPrivileges = estate.Know("pg_default_acl", []estate.DefaultPrivilege{})
	d.Publications = estate.Know("pg_publication", []estate.Publication{})
	d.Subscriptions = estate.Know("pg_subscription", []estate.Subscription{})
	d.ForeignServers = estate.Know("pg_foreign_server", []estate.ForeignServer{})
	d.EventTriggers = estate.Know("pg_event_trigger", []estate.EventTrigger{})
	d.Routines = estate.Know("pg_proc", []estate.RoutineGroup{})
	d.Features = estate.Know("pg_rewrite", []estate.VersionFeature{})
}
