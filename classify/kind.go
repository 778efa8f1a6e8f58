package classify

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// kindOf names what an integration is for, as far as its protocol and the names of its ends tell.
func kindOf(protocol, to string) estate.IntegrationKind {
	switch protocol {
	case "hl7", "dicom", "dicom-tls", "fhir":
		return estate.KindEHR
	case "ldap", "ldaps", "kerberos", "radius":
		return estate.KindIdentity
	case "smtp", "imap", "pop":
		return estate.KindMail
	case "postgresql", "mysql", "mssql", "oracle", "mongodb", "elasticsearch":
		return estate.KindDatabase
	case "redis", "memcached", "amqp", "mqtt", "kafka":
		return estate.KindMessaging
	case "sftp", "scp", "rsync", "ftp", "ftps", "cifs", "smb3", "nfs", "nfs4":
		return estate.KindFiles
	case "ssh", "telnet", "rdp", "vnc":
		return estate.KindAccess
	case "s3", "webdav":
		return estate.KindDocuments
	case "syslog", "beats", "loki", "gelf", "fluentd":
		return estate.KindLogging
	case "prometheus", "zabbix", "snmp", "nrpe", "checkmk":
		return estate.KindMonitoring
	case "ntp":
		return estate.KindTime
	case "dns":
		return estate.KindNames
	case "registry":
		return estate.KindSoftware
	case "https", "http", "odoo":
		_, name, _ := strings.Cut(to, "/")
		if isAddress(name) {
			return estate.KindPartner
		}
		if kind := kindByName(name); kind != "" {
			return kind
		}
		if strings.HasPrefix(to, "outside/") {
			return estate.KindPartner
		}
		return estate.KindWeb
	}
	return estate.KindOther
}

// kindByName reads the parts of a name, as "fhir" in "outside/fhir.partner.example". It is asked only where the
// protocol says nothing, and only whole parts count: "ehre.example" is nobody's EHR.
func kindByName(name string) estate.IntegrationKind {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '.' || r == '-' || r == '/' || r == '_' })
	for _, k := range []struct {
		kind  estate.IntegrationKind
		parts []string
	}{
		{estate.KindEHR, []string{"fhir", "hl7", "dicom", "pacs", "ehr", "mirth", "ris", "lis", "epic", "cerner"}},
		{estate.KindFinance, []string{"stripe", "paypal", "adyen", "payment", "payments", "pay", "bank", "ebics", "datev", "peppol", "sepa"}},
		{estate.KindIdentity, []string{"sso", "idp", "oauth", "oauth2", "adfs", "keycloak", "okta", "saml", "login", "accounts"}},
		{estate.KindDocuments, []string{"sharepoint", "alfresco", "nextcloud", "owncloud", "dms", "onedrive", "dropbox", "s3", "minio", "documents", "drive"}},
		{estate.KindAnalytics, []string{"analytics", "bi", "powerbi", "tableau", "metabase", "superset", "looker", "qlik", "dwh", "matomo", "datawarehouse"}},
		{estate.KindLogging, []string{"logs", "splunk", "graylog", "elk", "loki"}},
		{estate.KindMonitoring, []string{"sentry", "grafana", "prometheus", "zabbix", "monitoring", "datadog", "newrelic"}},
		{estate.KindSoftware, []string{"registry", "mirror", "mirrors", "pypi", "docker", "ghcr", "quay"}},
	} {
		if slices.ContainsFunc(parts, func(part string) bool { return slices.Contains(k.parts, part) }) {
			return k.kind
		}
	}
	return ""
}

// kindOfProgram names what a program speaks to others for, where it does one thing alone: on a socket, in a session, or
// behind a command. Empty for all others.
func kindOfProgram(program string) estate.IntegrationKind {
	name := strings.ToLower(program)
	for _, k := range []struct {
		kind  estate.IntegrationKind
		names []string
	}{
		{estate.KindBackup, []string{"pg_dump", "pg_dumpall", "pg_basebackup", "pg_receivewal", "pgbackrest", "barman", "wal-g", "wal-e", "restic", "borg", "borgmatic", "duplicity", "kopia",
			"bacula-fd", "bareos-fd", "mysqldump", "veeamagent"}},
		{estate.KindAnalytics, []string{"metabase", "superset", "tableau", "power bi", "powerbi", "looker", "qlik", "dbt", "airbyte", "fivetran"}},
		{estate.KindLogging, []string{"rsyslogd", "syslog-ng", "filebeat", "fluent-bit", "fluentd", "td-agent", "promtail", "vector", "systemd-journal-upload", "journalbeat"}},
		{estate.KindMonitoring, []string{"zabbix_agentd", "zabbix_agent2", "telegraf", "datadog-agent", "newrelic-infra", "prometheus", "icinga2", "postgres_exporter", "alloy", "grafana-agent"}},
		{estate.KindTime, []string{"chronyd", "ntpd", "systemd-timesyncd"}},
		{estate.KindIdentity, []string{"sssd", "sssd_be", "nslcd", "winbindd"}},
	} {
		if slices.ContainsFunc(k.names, func(known string) bool { return name == known || strings.HasPrefix(name, known+" ") }) {
			return k.kind
		}
	}
	return ""
}

// kindOfProvider names what an outside party in Odoo's configuration is for.
func kindOfProvider(kind string) estate.IntegrationKind {
	switch kind {
	case "payment", "edi":
		return estate.KindFinance
	case "ldap", "oauth":
		return estate.KindIdentity
	case "iap", "delivery":
		return estate.KindPartner
	}
	return ""
}
