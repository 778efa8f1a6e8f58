package odoo

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

func clock() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 5, time.UTC) }

func (p *peer) collect(t *testing.T) *estate.OdooServer {
	t.Helper()
	target := Target(Server{
		Name: "clinic", Environment: estate.Production, Host: "erp-app", Via: []string{"bastion"},
		RPC: odoorpc.Options{URL: p.URL, Database: "clinic", Login: "assess", Secret: "hush-5551234", Timeout: cmp.Or(p.patience, 10*time.Second)},
	}, clock)
	require.Equal(t, "odoo/clinic", target.ID())
	asset := target.Collect(t.Context(), func(string) {})
	saved, err := json.Marshal(asset.Odoo)
	require.NoError(t, err)
	require.NotContains(t, string(saved), "5551234", "no secret is saved")
	return asset.Odoo
}

func TestCollect(t *testing.T) {
	t.Parallel()
	p := newPeer(t, clinic())
	got := p.collect(t)
	require.Equal(t, estate.Known, got.Collected.Coverage)
	require.Equal(t, clock().Truncate(time.Second), got.Collected.At)
	require.Equal(t, []string{"the address is plain http: the password and all answers travelled unencrypted"}, got.Collected.Warnings)
	require.Equal(t, estate.Know("common.version()", "14.0"), got.Version)
	require.Equal(t, []estate.Module{
		{Name: "clinic_base", State: "installed", Version: "14.0.1.0", Author: "Example Clinic", Licence: "LGPL-3", Origin: "custom"},
		{Name: "queue_job", State: "uninstalled", Author: "Camptocamp,Odoo Community Association (OCA)", Licence: "LGPL-3", Origin: "oca-like"},
		{Name: "sale", State: "installed", Version: "14.0.1.2", Author: "Odoo S.A.", Licence: "LGPL-3", Origin: "core"},
	}, got.Modules.Value)
	require.Equal(t, "ir.module.module search_read(name, state, latest_version, author, license)", got.Modules.Source)
	at := time.Date(2026, 5, 5, 10, 0, 0, 0, time.UTC)
	require.Equal(t, []estate.OdooUser{
		{Login: "assess", Internal: true, Administrator: true, TwoFactor: new(bool)},
		{Login: "zz.admin", Active: true, Internal: true, Administrator: true, LastLogin: at, TwoFactor: yes()},
	}, got.Users.Value)
	require.Len(t, got.Crons.Value, 1)
	cron := got.Crons.Value[0]
	require.Equal(t, []estate.CodeHost{{Protocol: "sftp", Host: "files.partner.example", Port: 2222}}, cron.Code.Hosts)
	cron.Code = nil
	require.Equal(t, estate.Cron{Name: "Push results", Model: "Result", Interval: "10 minutes", NextCall: at, Made: true}, cron)
	require.Equal(t, []estate.MailServer{
		{Name: "Cloud", Host: "mail.example", Port: 587, Kind: "smtp", Encryption: "starttls", Login: true, Active: true},
		{Name: "Relay", Host: "relay.example", Port: 25, Kind: "smtp", Encryption: "none", Active: true},
	}, got.MailServers.Value)
	require.Equal(t, []estate.MailServer{{Name: "Orders", Host: "imap.example", Port: 993, Kind: "imap", Encryption: "ssl", Login: true, Active: true}}, got.Inbound.Value)
	require.Equal(t, []estate.Provider{
		{Kind: "delivery", Name: "By hand", Enabled: true, Manual: true}, {Kind: "delivery", Name: "Parcel", Enabled: true},
		{Kind: "edi", Name: "peppol", Enabled: true}, {Kind: "iap", Name: "sms", Enabled: true},
		{Kind: "ldap", Name: "ldap.example", Host: "ldap.example", Port: 389, Enabled: true},
		{Kind: "oauth", Name: "Hospital sign-in", Host: "sso.example", Port: 443, Enabled: true, TLS: true},
		{Kind: "payment", Name: "Card pay", Enabled: true}, {Kind: "payment", Name: "Old pay"},
		{Kind: "payment", Name: "Wire Transfer", Enabled: true, Manual: true},
	}, got.Providers.Value)
	require.Equal(t, []estate.Model{{Name: "sale.order", Fields: 40}, {Name: "x_ward", Custom: true, Fields: 7}}, got.Models.Value)
	require.EqualValues(t, 5_000_000_000, got.Attachments.Value.FileBytes)

	logins := 0
	for _, body := range p.bodies {
		for _, secret := range []string{"smtp_pass", "ldap_password", "data_endpoint", ">password<", "account_token", "webhook_uuid", "private_key", "arch_db", "database.secret"} {
			require.NotContains(t, body, secret)
		}
		if strings.Contains(body, "ir.config_parameter") && strings.Contains(body, ">value<") {
			require.Contains(t, body, "<string>key</string></value><value><string>in</string>", "values are asked for by name only")
		}
		if strings.Contains(body, "authenticate") {
			logins++
		}
	}
	require.Equal(t, 1, logins)
}

func yes() *bool { is := true; return &is }

func TestCollectWhatWasMade(t *testing.T) {
	t.Parallel()
	got := newPeer(t, clinic()).collect(t)
	saved, err := json.Marshal(got)
	require.NoError(t, err)
	for _, never := range []string{"Testina", "testina", "5551234", "records.confirm", "Available variables", "portaltemplate"} {
		require.NotContains(t, string(saved), never)
	}
	require.Equal(t, estate.PortalUsers{Active: 1, Inactive: 1}, got.Portal.Value)
	require.Equal(t, []estate.UserGroup{{Name: "Administration / Settings", Module: "base", Members: 1}, {Name: "Ours", Made: true}}, got.Groups.Value)
	at := time.Date(2026, 5, 5, 10, 0, 0, 0, time.UTC)
	require.Equal(t, []estate.APIKey{{Login: "user 20", Created: at}, {Login: "zz.admin", Created: at}}, got.APIKeys.Value)
	require.Equal(t, []estate.Company{{Name: "Clinic", Currency: "EUR"}}, got.Companies.Value)
	require.Equal(t, "1 of 2 companies: assess does not belong to the others, and sees nothing that is theirs", got.Companies.Problem)
	require.Equal(t, []string{"de_DE", "en_US"}, got.Languages.Value)
	require.Len(t, got.Actions.Value, 3)
	confirm, hook, tell := got.Actions.Value[0], got.Actions.Value[1], got.Actions.Value[2]
	require.Equal(t, "sale", confirm.Module)
	require.False(t, confirm.Made)
	require.Equal(t, estate.ServerAction{Name: "Hook", Model: "sale.order", Kind: "webhook", Usage: "base_automation", Made: true,
		Hosts: []estate.CodeHost{{Protocol: "https", Host: "zap.example"}}}, hook, "the help text of another kind is no code")
	require.Equal(t, []estate.CodeHost{{Protocol: "https", Host: "hooks.partner.example"}}, tell.Code.Hosts)
	require.Equal(t, []estate.Automation{{Name: "Called from outside", Model: "sale.order", Trigger: "on_webhook", Active: true, Module: "clinic_base"}}, got.Automations.Value)
	require.Equal(t, map[string]int{"char": 30, "many2one": 17}, got.Fields.Value.Kinds)
	require.Equal(t, "x_beds", got.Fields.Value.Custom[0].Name)
	require.Equal(t, 36, got.Fields.Value.Custom[0].Code.Length)
	require.Equal(t, []estate.ViewSum{{Changed: 1}, {Model: "sale.order", Made: 1, Inherited: 1}, {Model: "x_ward", Made: 1}}, got.Views.Value)
	require.Equal(t, []estate.OdooReport{{Name: "Quotation", Model: "sale.order", Engine: "qweb-pdf", Module: "sale"}}, got.Reports.Value)
	require.Equal(t, estate.SequenceSums{Standard: 1, NoGap: 1}, got.Numbering.Value)
	require.Equal(t, []estate.Parameter{
		{Name: "database.secret"}, {Name: "ir_attachment.location", Value: "s3"}, {Name: "mail.catchall.domain"},
		{Name: "web.base.url", Value: "https://erp.example"},
	}, got.Parameters.Value)
	require.Equal(t, []estate.Queue{{Model: "queue.job", States: map[string]int{"failed": 7, "done": 100}}}, got.Queues.Value)
}

// What 8 to 10 called otherwise, and did not have.
func TestCollectFromAnOldServer(t *testing.T) {
	t.Parallel()
	models := without(clinic(), "base.automation", "ir.actions.report", "res.users.apikeys", "iap.account", "account_edi_proxy_client.user")
	models["ir.cron"] = model{fields: []string{"name", "active", "interval_number", "interval_type", "nextcall", "model", "function", "args"}, rows: []map[string]any{
		{"id": 1, "name": "Push", "active": true, "interval_number": 1, "interval_type": "days", "nextcall": nil, "model": "clinic.result", "function": "push"},
	}}
	models["ir.actions.server"] = model{fields: []string{"name", "state", "code", "model_id"}, rows: []map[string]any{
		{"id": 4, "name": "Tell", "state": "code", "model_id": []any{1, "Order"}, "code": "pass"},
	}}
	models["base.action.rule"] = model{fields: []string{"name", "active", "model_id", "kind"}, rows: []map[string]any{{"id": 5, "name": "Rule", "active": true, "model_id": []any{1, "Order"}, "kind": "on_create"}}}
	models["ir.actions.report.xml"] = model{fields: []string{"name", "model", "report_type"}, rows: []map[string]any{{"id": 9, "name": "Label", "model": "sale.order", "report_type": "sxw"}}}
	models["ir.ui.view"] = model{fields: []string{"model", "inherit_id", "arch"}, rows: []map[string]any{{"id": 1, "model": "sale.order", "inherit_id": nil}}}
	models["ir.model.fields"] = model{fields: []string{"name", "model", "ttype", "state"}, groups: models["ir.model.fields"].groups}
	models["ir.attachment"] = model{fields: []string{"type", "file_size", "store_fname"}, groups: []map[string]any{{"type": "binary", "type_count": 7}}}
	models["payment.acquirer"] = model{fields: []string{"name", "provider", "website_published"}, rows: []map[string]any{{"id": 1, "name": "Card", "provider": "card", "website_published": true}}}
	data := models["ir.model.data"]
	data.rows = append(data.rows, map[string]any{"id": 3, "res_id": 4, "module": "sale", "model": "ir.actions.server", "name": "x"})
	models["ir.model.data"] = data
	p := newPeer(t, models)
	p.version = "8.0"
	got := p.collect(t)
	require.Equal(t, []estate.Cron{{Name: "Push", Model: "clinic.result", Active: true, Interval: "1 days", Function: "push", Made: true}}, got.Crons.Value)
	require.Empty(t, got.Crons.Problem, "there is no code to see")
	require.Equal(t, "sale", got.Actions.Value[0].Module)
	require.NotNil(t, got.Actions.Value[0].Code)
	require.Equal(t, []estate.Automation{{Name: "Rule", Model: "Order", Trigger: "on_create", Active: true, Made: true}}, got.Automations.Value)
	require.Equal(t, []estate.OdooReport{{Name: "Label", Model: "sale.order", Engine: "sxw", Made: true}}, got.Reports.Value)
	require.Equal(t, "which were changed: this version does not tell", got.Views.Problem)
	require.Contains(t, got.Providers.Value, estate.Provider{Kind: "payment", Name: "Card", Enabled: true})
	require.Equal(t, estate.Absent, got.APIKeys.Coverage)
	require.Contains(t, got.Models.Problem, "not stored are counted too")
	require.EqualValues(t, -1, got.Attachments.Value.FileBytes, "not told is not zero")
	require.Contains(t, got.Attachments.Problem, "does not average")
	for _, body := range p.bodies {
		require.False(t, strings.Contains(body, ">store<") || strings.Contains(body, ">res_field<"), body)
	}
}

// Since 16 ir.model.data is closed to all but administrators: then nobody can tell what was made in the database.
func TestBringersThatCannotBeTold(t *testing.T) {
	t.Parallel()
	models := clinic()
	data := models["ir.model.data"]
	data.fault = fault(4, "You are not allowed to access 'Model Data' (ir.model.data) records.")
	models["ir.model.data"] = data
	models["base.automation"] = model{fields: []string{"name", "active", "trigger"}, rows: models["base.automation"].rows}
	got := newPeer(t, models).collect(t)
	require.Equal(t, estate.Known, got.Automations.Coverage)
	require.Equal(t, estate.Automation{Name: "Called from outside", Model: "sale.order", Trigger: "on_webhook", Active: true}, got.Automations.Value[0])
	require.Contains(t, got.Automations.Problem, "which module brought each")
	require.Contains(t, got.Automations.Grant, "ir.model.data")
	require.True(t, got.Actions.Value[2].Made, "xml_id tells it without")
	require.Equal(t, estate.Denied, got.APIKeys.Coverage, "who looks may be no administrator")
	require.Nil(t, got.APIKeys.Value)
	require.Equal(t, estate.Denied, got.Groups.Coverage)
	require.Contains(t, got.Groups.Grant, "ir.model.data")
	require.Contains(t, got.Collected.Warnings[len(got.Collected.Warnings)-1], "may be no administrator")
}

func TestWhoLookedIsToldWhenNoAdministrator(t *testing.T) {
	t.Parallel()
	models := clinic()
	p := newPeer(t, models)
	p.uid = 77
	got := p.collect(t)
	require.True(t, slices.ContainsFunc(got.Collected.Warnings, func(w string) bool {
		return strings.HasPrefix(w, "assess, who looked, is no administrator")
	}), got.Collected.Warnings)
}

func TestSectionsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	denied := fault(4, "You are not allowed to access 'X' (x) records.\n\nThis operation is allowed for the following groups:\n\t- Administration/Settings\n\nContact your administrator.")
	models := without(clinic(), "fetchmail.server")
	for _, name := range []string{"ir.cron", "ir.model.data", "res.company.ldap", "auth.oauth.provider"} {
		m := models[name]
		m.fault = denied
		models[name] = m
	}
	models["ir.mail_server"] = model{fields: []string{"name", "smtp_host", "smtp_port", "smtp_encryption", "active"}, rows: models["ir.mail_server"].rows}
	models["ir.module.module"] = model{fields: []string{"name"}}
	models["ir.model"] = model{fields: []string{"model", "state"}, rows: []map[string]any{{"id": 1, "model": 5, "state": "base"}}}
	models["ir.attachment"] = model{fault: fault(1, "Traceback: Testina Synthetix")}
	got := newPeer(t, models).collect(t)

	require.Equal(t, estate.Known, got.Collected.Coverage)
	require.Equal(t, estate.Denied, got.Crons.Coverage)
	require.Equal(t, "give assess read access to ir.cron: an access right of a group of its own, or one of the groups Administration/Settings", got.Crons.Grant)
	require.Nil(t, got.Crons.Value)
	require.Equal(t, estate.Denied, got.Users.Coverage, "administrators unknown is not administrators none")
	require.Contains(t, got.Users.Grant, "ir.model.data")
	require.Equal(t, estate.Absent, got.Inbound.Coverage)
	require.Equal(t, estate.Known, got.MailServers.Coverage)
	require.Equal(t, "whether they log in: not shown to this user (smtp_user)", got.MailServers.Problem)
	require.Equal(t, settings, got.MailServers.Grant)
	require.Equal(t, estate.Denied, got.Modules.Coverage)
	require.Equal(t, "field state of ir.module.module is not shown to this user", got.Modules.Problem)
	require.Equal(t, estate.Failed, got.Models.Coverage, "a wrong type is no empty value")
	require.Equal(t, estate.Failed, got.Attachments.Coverage)
	require.NotContains(t, got.Attachments.Problem, "Testina")
	require.Equal(t, estate.Denied, got.Providers.Coverage)
	require.Len(t, got.Providers.Value, 7, "what could be read stays")
	require.NotContains(t, got.Providers.Problem, "\n")
	require.Contains(t, got.Providers.Grant, "res.company.ldap")
	require.Contains(t, got.Providers.Grant, "auth.oauth.provider")
}

func TestAbsentProvidersAreNoProviders(t *testing.T) {
	t.Parallel()
	got := newPeer(t, without(clinic(), "payment.acquirer", "res.company.ldap", "auth.oauth.provider",
		"iap.account", "delivery.carrier", "account_edi_proxy_client.user")).collect(t)
	require.Equal(t, estate.Know("payment.acquirer (not there); res.company.ldap (not there); auth.oauth.provider (not there); iap.account (not there); "+
		"delivery.carrier (not there); account_edi_proxy_client.user (not there)", []estate.Provider{}), got.Providers)
}

// Sizes are closed to all but administrators; the counts are not.
func TestAttachmentsWithoutSizes(t *testing.T) {
	t.Parallel()
	models := clinic()
	m := models["ir.attachment"]
	m.refuse = "file_size"
	models["ir.attachment"] = m
	got := newPeer(t, models).collect(t)
	require.Equal(t, estate.Known, got.Attachments.Coverage)
	require.Equal(t, estate.AttachmentSums{Files: 1000, FileBytes: -1, InTable: 1000}, got.Attachments.Value)
	require.Equal(t, settings, got.Attachments.Grant)
}

func TestServersThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change   func(*peer)
		coverage estate.Coverage
		problem  string
		mend     string
		asked    []string
	}{
		"wrong password": {func(p *peer) { p.uid = false }, estate.Denied, "refused the login or password (login assess, database clinic)", "API key",
			[]string{"version", "authenticate", "res.users search_count"}},
		"no Odoo":    {func(p *peer) { p.version = "" }, estate.Failed, "is not Odoo's RPC", "proxy", []string{"version"}},
		"closed":     {func(p *peer) { p.Close() }, estate.Failed, "connection refused", "check address and port", nil},
		"no address": {func(p *peer) { p.URL = "https://assess:hush-5551234@erp.example" }, estate.Failed, "must not hold a login", "", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t, without(clinic(), "res.users"))
			tt.change(p)
			got := p.collect(t)
			require.Equal(t, tt.coverage, got.Collected.Coverage)
			require.Contains(t, got.Collected.Problem, tt.problem)
			require.Contains(t, got.Collected.Mend, tt.mend)
			require.Equal(t, estate.NotAsked, got.Users.Coverage)
			require.Equal(t, estate.NotAsked, got.Attachments.Coverage)
			require.Equal(t, tt.asked, slices.Compact(p.asked))
		})
	}
}

// A password that stops working half-way must not be tried again for every section left.
func TestRefusedHalfWayStops(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"Access Denied", "Too many login failures, please wait a bit before trying again."} {
		models := clinic()
		m := models["ir.cron"]
		m.fault = fault(3, words)
		models["ir.cron"] = m
		p := newPeer(t, models)
		got := p.collect(t)
		require.Equal(t, estate.Known, got.Modules.Coverage)
		require.Equal(t, estate.Denied, got.Crons.Coverage)
		require.Equal(t, estate.NotAsked, got.MailServers.Coverage)
		require.Equal(t, estate.NotAsked, got.Attachments.Coverage)
		require.Equal(t, "ir.cron search_read", p.asked[len(p.asked)-1])
		require.Contains(t, got.Collected.Warnings[len(got.Collected.Warnings)-1], "stopped early")
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for author, want := range map[string]string{
		"Odoo S.A.": "core", "Odoo SA": "core", "Odoo": "core", "OpenERP S.A., Example": "core", "": "",
		"Odoo Community Association (OCA)": "oca-like", "Tecnativa, Odoo Community Association (OCA)": "oca-like",
		"Example Clinic": "custom", "Odoodle Ltd": "custom",
	} {
		require.Equal(t, want, Origin(author), author)
	}
}

func FuzzEndpoint(f *testing.F) {
	f.Add("https://sso.example/auth?key=1")
	f.Add("http://a:b@h:99999999999999999999/")
	f.Add("//[::1]:80")
	f.Fuzz(func(t *testing.T, address string) {
		host, port, _ := endpoint(address)
		require.NotContains(t, host, "@")
		require.NotContains(t, host, "?")
		require.True(t, host == "" && port == 0 || host != "")
	})
}

func FuzzHostsIn(f *testing.F) {
	f.Add("requests.post('https://hooks.partner.example/x?token=secret')")
	f.Add("url = 'https://%s/api' % host; 'sftp://u:p@h:22/x' \"http://user:pass/wo@rd\" https://a.b.")
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range hostsIn(text) {
			require.Regexp(t, `^[a-z0-9.-]{1,253}$`, h.Host)
			require.NotEmpty(t, h.Protocol)
			require.True(t, h.Port >= 0 && h.Port <= 65535)
		}
	})
}

func TestHostsIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"post('https://a.example/x?token=s')":            {"a.example"},
		"'https://%s/x' % h":                             nil,
		"\"https://\" + host":                            nil,
		"'https://api.' + domain":                        nil,
		"f'https://{tenant}.a.example'":                  nil,
		"f'https://api-{tenant}.a.example'":              nil,
		"'sftp://erp:se/cret@files.example'":             nil,
		"'sftp://erp:secret@files.example:22/in'":        {"files.example"},
		"# see HTTPS://Docs.Example, http://localhost:8": {"docs.example", "localhost"},
	} {
		var got []string
		for _, h := range hostsIn(text) {
			got = append(got, h.Host)
		}
		require.Equal(t, want, got, text)
	}
	require.Nil(t, codeOf(" \n"))
}

func TestGrantsNameWhatTheyAdd(t *testing.T) {
	t.Parallel()
	grants := Grants("assess")
	for _, want := range []string{
		"assess_ir_actions_server,assess ir.actions.server,base.model_ir_actions_server,MODULE.GROUP,1,0,0,0",
		"payment.model_payment_provider", "allowed companies of assess", "Administration/Access Rights", "Administration/Settings",
	} {
		require.Contains(t, grants, want)
	}
}

// Explain and what is sent must not drift apart.
func TestExplainNamesEveryCall(t *testing.T) {
	t.Parallel()
	p := newPeer(t, clinic())
	p.collect(t)
	explained := Explain()
	for _, call := range p.asked {
		model, method, _ := strings.Cut(call, " ")
		require.Contains(t, explained, model)
		require.Contains(t, explained, method)
	}
}
