package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/classify/rules"
	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// planted says how a finding of truth.yaml is told: by which code on which asset, once its facts may be read.
type planted struct {
	code, asset string
	shows       string // what the evidence must hold
	hidden      bool   // the sample's accounts may not read what shows it: then it is unknown, with a grant
}

// plantedFindings maps truth.yaml to codes. Its keys are WHAT ASSET.
func plantedFindings() map[string]planted {
	return map[string]planted{
		"backup-stale erp-db/clinic":                              {code: "backup-stale", asset: "host/erp-db", hidden: true},
		"backup-never-restored erp-db/clinic":                     {code: "backup-never-restored", asset: "host/erp-db", hidden: true},
		"backup-on-the-same-host intf/interfaces":                 {code: "backup-on-the-same-host", asset: "host/intf"},
		"backup-on-the-same-host erp-db/clinic":                   {code: "backup-on-the-same-host", asset: "host/erp-db"},
		"wal-archive-without-base-backup erp-db":                  {code: "wal-archive-without-base-backup", asset: "host/erp-db", hidden: true},
		"filestore-without-backup erp-app":                        {code: "filestore-without-backup", asset: "host/erp-app"},
		"database-without-backup stg/clinic_stg":                  {code: "database-without-backup", asset: "postgres/stg/clinic_stg"},
		"hba-open-to-all erp-db":                                  {code: "hba-open-to-all", asset: "postgres/erp", hidden: true},
		"hba-md5 erp-db":                                          {code: "hba-md5", asset: "postgres/erp", hidden: true},
		"password-md5 erp-db/dba_old":                             {code: "postgres-password-md5", asset: "postgres/erp", hidden: true},
		"superuser-login-forgotten erp-db/dba_old":                {code: "superuser-login-forgotten", asset: "postgres/erp", shows: "dba_old"},
		"fsync-off erp-db":                                        {code: "fsync-off", asset: "postgres/erp"},
		"postgres-without-tls erp-db":                             {code: "postgres-without-tls", asset: "postgres/erp"},
		"postgres-without-connection-log erp-db":                  {code: "postgres-without-connection-log", asset: "postgres/erp"},
		"stray-database erp-db/clinic_test":                       {code: "stray-database", asset: "postgres/erp/clinic_test"},
		"table-without-primary-key erp-db/clinic":                 {code: "table-without-primary-key", asset: "postgres/erp/clinic", shows: "clinic_import_line"},
		"single-point-of-failure erp-db":                          {code: "single-point-of-failure", asset: "postgres/erp"},
		"real-patients-in-non-production stg/clinic_stg":          {code: "real-patients-in-non-production", asset: "postgres/stg/clinic_stg"},
		"masked-copy-with-identifiers stg/clinic_stg":             {code: "masked-copy-with-identifiers", asset: "postgres/stg/clinic_stg", shows: "clinic_lab_result.payload"},
		"certificate-self-signed stg":                             {code: "certificate-self-signed", asset: "host/stg"},
		"certificate-expires-soon edge":                           {code: "certificate-expires-soon", asset: "host/edge"},
		"certificate-expired old-crm":                             {code: "certificate-expired", asset: "host/old-crm"},
		"tls-old-protocol erp-app":                                {code: "tls-old-protocol", asset: "host/erp-app"},
		"tls-old-protocol stg":                                    {code: "tls-old-protocol", asset: "host/stg"},
		"tls-not-verified-upstream edge":                          {code: "tls-not-verified-upstream", asset: "host/edge", hidden: true},
		"hsts-missing erp-app":                                    {code: "hsts-missing", asset: "host/erp-app"},
		"hsts-missing edge/reports.clinic.example":                {code: "hsts-missing", asset: "host/edge", shows: "reports.clinic.example"},
		"database-manager-public erp-app":                         {code: "database-manager-public", asset: "host/erp-app", hidden: true},
		"database-manager-public stg":                             {code: "database-manager-public", asset: "host/stg", hidden: true},
		"odoo-master-password-clear erp-app":                      {code: "odoo-master-password-clear", asset: "host/erp-app", hidden: true},
		"odoo-end-of-life erp-app":                                {code: "odoo-end-of-life", asset: "host/erp-app"},
		"odoo-end-of-life stg":                                    {code: "odoo-end-of-life", asset: "host/stg"},
		"odoo-administrator-never-logged-in erp-app/vendor.admin": {code: "odoo-administrator-never-logged-in", asset: "odoo/clinic", shows: "vendor.admin"},
		"odoo-shared-login erp-app/ward1":                         {code: "odoo-shared-login", asset: "odoo/clinic", shows: "ward1"},
		"odoo-shared-login erp-app/it.support":                    {code: "odoo-shared-login", asset: "odoo/clinic", shows: "it.support"},
		"odoo-old-api-key erp-app/it.support":                     {code: "odoo-old-api-key", asset: "odoo/clinic", hidden: true},
		"odoo-secrets-in-parameters erp-app":                      {code: "odoo-secrets-in-parameters", asset: "odoo/clinic", shows: "clinic.lab_api_key"},
		"odoo-ldap-without-tls erp-app":                           {code: "odoo-ldap-without-tls", asset: "odoo/clinic"},
		"odoo-mail-without-tls erp-app":                           {code: "odoo-mail-without-tls", asset: "odoo/clinic"},
		"odoo-module-left-on-disk erp-app/clinic_old_export":      {code: "odoo-module-left-on-disk", asset: "odoo/clinic", shows: "clinic_old_export"},
		"sudo-without-password erp-app/itsupport":                 {code: "sudo-without-password", asset: "host/erp-app", hidden: true},
		"log-forwarding-in-clear erp-app":                         {code: "log-forwarding-in-clear", asset: "host/erp-app", shows: "edge"},
		"undocumented-change erp-app/etc/nginx/nginx.conf":        {code: "configuration-undeclared", asset: "host/erp-app", shows: "/etc/nginx/nginx.conf"},
		"undocumented-change erp-app/usr/bin/odoo":                {code: "undocumented-change", asset: "host/erp-app", shows: "/usr/bin/odoo"},
		"undocumented-change erp-app/usr/lib/python3/dist-packages/odoo/addons/mail/models/mail_mail.py": {code: "undocumented-change", asset: "host/erp-app", shows: "mail_mail.py"},
		"redis-without-password intf":          {code: "redis-without-password", asset: "host/intf", hidden: true},
		"redis-beyond-loopback intf":           {code: "redis-beyond-loopback", asset: "host/intf"},
		"hl7-without-tls intf":                 {code: "hl7-without-tls", asset: "host/intf"},
		"dicom-without-tls intf":               {code: "dicom-without-tls", asset: "host/intf"},
		"ldap-without-tls edge":                {code: "ldap-without-tls", asset: "host/edge"},
		"statistics-page-in-clear edge":        {code: "statistics-page-in-clear", asset: "host/edge"},
		"container-as-root edge/hl7-archiver":  {code: "container-as-root", asset: "host/edge"},
		"telnet old-crm":                       {code: "telnet", asset: "host/old-crm"},
		"ftp old-crm":                          {code: "ftp", asset: "host/old-crm"},
		"patients-in-readable-export erp-app":  {code: "exports-as-files", asset: "host/erp-app", shows: "/srv/export"},
		"no-time-synchronisation erp-db":       {code: "no-time-synchronisation", asset: "host/erp-db"},
		"no-log-forwarding erp-db":             {code: "no-log-forwarding", asset: "host/erp-db"},
		"no-monitoring-agent erp-db":           {code: "no-monitoring-agent", asset: "host/erp-db"},
		"operating-system-end-of-life erp-app": {code: "operating-system-end-of-life", asset: "host/erp-app"},
		"operating-system-end-of-life erp-db":  {code: "operating-system-end-of-life", asset: "host/erp-db"},
	}
}

// unseenFindings are planted and out of every rule's sight, each with the reason. The list may only shrink.
func unseenFindings() map[string]string {
	const content = "no content of files, logs and command lines is kept: it names patients and secrets"
	return map[string]string{
		"pgpass-of-retired-server erp-db":         content,
		"same-password-in-two-environments stg":   "passwords are never read, nor compared",
		"tls-old-protocol old-crm":                "the configuration of lighttpd is not read, and handshakes are made with new versions alone",
		"server-version-shown erp-app":            "whether a proxy tells its version is not read",
		"odoo-password-clear erp-app/legacy.sync": "the form of Odoo's passwords is not read",
		"odoo-token-in-server-action erp-app":     "code in Odoo is kept as length, hash and hosts: a token in it does not show",
		"secret-in-unit-environment erp-app":      content,
		"secret-in-shell-history erp-app":         content,
		"patients-in-log erp-app":                 content,
		"patients-in-file-names erp-app":          content,
		"secret-in-command-line intf":             content,
		"secret-in-script intf":                   content,
		"secret-in-cron intf":                     content,
		"secret-in-fstab intf":                    content,
		"cifs-version-1 intf":                     "options of mounts are not read",
		"host-keys-accepted-unseen intf":          content,
		"patients-in-unit-description intf":       content,
		"patients-in-command-line intf":           content,
		"patients-in-file-names intf":             content,
		"patients-in-file-names old-crm":          content,
	}
}

// judgedSample is the assessment of the recorded engagement.
func judgedSample(t *testing.T, accepted ...estate.Acceptance) classify.Assessment {
	t.Helper()
	e, inventory := sampled(t)
	classifier, err := classify.NewClassifier()
	require.NoError(t, err)
	set, err := rules.Load()
	require.NoError(t, err)
	return classify.Assess(classify.Input{Inventory: inventory, Services: e.Services, Declared: e.Declared(), Classification: classifier.Classify(inventory, e.Services), Word: e.Word(),
		Rules: set, Accepted: accepted, Copies: e.Copies(), Today: "2026-11-27"})
}

// TestFindingsOfTheSample holds the rules against what is planted: everything that a rule can see is found by what the
// unprivileged accounts read, or is unknown with the grant that would tell; nothing is passed.
func TestFindingsOfTheSample(t *testing.T) {
	t.Parallel()
	truth, err := lab.ReadTruth()
	require.NoError(t, err)
	got := judgedSample(t)
	evidence := map[string]string{}
	fired := map[string]bool{}
	for _, f := range got.Findings {
		evidence[f.Code+" "+f.Asset] = strings.Join(f.Evidence, "\n")
		fired[f.Code] = true
	}
	grants := map[string]string{}
	for _, u := range got.Unknown {
		for _, asset := range u.Assets {
			grants[u.Code+" "+asset] = u.Grant
		}
	}
	told, unseen := plantedFindings(), unseenFindings()
	for _, f := range truth.Findings {
		name := f.What + " " + f.Asset
		if _, is := unseen[name]; is {
			continue
		}
		want, is := told[name]
		require.True(t, is, "%s is planted, and no code is named for it", name)
		at := want.code + " " + want.asset
		if want.hidden {
			require.NotContains(t, evidence, at, "%s is seen now: it is no longer hidden", name)
			require.NotEmpty(t, grants[at], "%s cannot be seen, and no grant would tell", name)
			continue
		}
		require.Contains(t, evidence, at, "%s is planted and was not found", name)
		require.Contains(t, evidence[at], want.shows, name)
	}
	require.GreaterOrEqual(t, len(fired), 40, "rules that fire on the lab")
}

// TestLandingZoneIsClean: of the landing zone rules find that two ends of life have come, and nothing else; that is
// accepted by a name and stays visible.
func TestLandingZoneIsClean(t *testing.T) {
	t.Parallel()
	accepted := func(code string) estate.Acceptance {
		return estate.Acceptance{Code: code, Asset: "host/cloud-app", Until: "2027-06-30", By: "Testmann", Reason: "the upgrade follows the move", Date: "2026-11-20"}
	}
	got := judgedSample(t, accepted("odoo-end-of-life"), accepted("operating-system-end-of-life"))
	borne := 0
	for _, f := range got.Findings {
		if strings.HasPrefix(f.Code, "integration-") || !isLanding(f.Asset) {
			continue // what people declared of integrations is told by classify itself
		}
		require.False(t, f.IsOpen(), "%s on %s: %v", f.Code, f.Asset, f.Evidence)
		borne++
	}
	require.Equal(t, 2, borne)
	for _, f := range judgedSample(t, estate.Acceptance{Code: "odoo-end-of-life", Asset: "host/cloud-app", Until: "2026-11-26", By: "x"}).Findings {
		if f.Code == "odoo-end-of-life" && f.Asset == "host/cloud-app" {
			require.True(t, f.IsOpen())
			require.True(t, f.Accepted.Expired, "an acceptance that has expired stays visible")
		}
	}
}

// TestFindingsRepeat: the same inventory in any order gives the same bytes.
func TestFindingsRepeat(t *testing.T) {
	t.Parallel()
	e, inventory := sampled(t)
	set, err := rules.Load()
	require.NoError(t, err)
	judge := func() string {
		classifier, err := classify.NewClassifier()
		require.NoError(t, err)
		text, err := json.Marshal(classify.Assess(classify.Input{Inventory: inventory, Services: e.Services, Classification: classifier.Classify(inventory, e.Services), Rules: set}))
		require.NoError(t, err)
		return string(text)
	}
	first := set.Evaluate(rules.Estate{Inventory: inventory, Services: e.Services})
	require.Equal(t, judge(), judge())
	slices.Reverse(inventory.Hosts)
	slices.Reverse(inventory.Postgres)
	slices.Reverse(inventory.Odoo)
	slices.Reverse(e.Services)
	require.Equal(t, first, set.Evaluate(rules.Estate{Inventory: inventory, Services: e.Services}))
}

func isLanding(asset string) bool {
	for _, name := range []string{"host/cloud-app", "host/cloud-db", "postgres/cloud", "odoo/cloud"} {
		if asset == name || strings.HasPrefix(asset, name+"/") {
			return true
		}
	}
	return false
}
