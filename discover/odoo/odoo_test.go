package odoo

import (
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
		RPC: odoorpc.Options{URL: p.URL, Database: "clinic", Login: "assess", Secret: "hush-5551234", Timeout: 10 * time.Second},
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
		{Login: "assess", Internal: true, Administrator: true},
		{Login: "zz.admin", Active: true, Internal: true, Administrator: true, LastLogin: at},
	}, got.Users.Value)
	require.Equal(t, []estate.Cron{{Name: "Push results", Model: "Result", Interval: "10 minutes", NextCall: at}}, got.Crons.Value)
	require.Equal(t, []estate.MailServer{
		{Name: "Cloud", Host: "mail.example", Port: 587, Kind: "smtp", Encryption: "starttls", Login: true, Active: true},
		{Name: "Relay", Host: "relay.example", Port: 25, Kind: "smtp", Encryption: "none", Active: true},
	}, got.MailServers.Value)
	require.Equal(t, []estate.MailServer{{Name: "Orders", Host: "imap.example", Port: 993, Kind: "imap", Encryption: "ssl", Login: true, Active: true}}, got.Inbound.Value)
	require.Equal(t, []estate.Provider{
		{Kind: "ldap", Name: "ldap.example", Host: "ldap.example", Port: 389, Enabled: true},
		{Kind: "oauth", Name: "Hospital sign-in", Host: "sso.example", Port: 443, Enabled: true, TLS: true},
		{Kind: "payment", Name: "Card pay", Enabled: true}, {Kind: "payment", Name: "Old pay"},
		{Kind: "payment", Name: "Wire Transfer", Enabled: true, Manual: true},
	}, got.Providers.Value)
	require.Equal(t, []estate.Model{{Name: "sale.order", Fields: 40}, {Name: "x_ward", Custom: true, Fields: 7}}, got.Models.Value)
	require.EqualValues(t, 5_000_000_000, got.Attachments.Value.FileBytes)

	logins := 0
	for _, body := range p.bodies {
		for _, secret := range []string{"smtp_pass", "ldap_password", "data_endpoint", ">password<", ">code<", "ir.config_parameter"} {
			require.NotContains(t, body, secret)
		}
		if strings.Contains(body, "authenticate") {
			logins++
		}
	}
	require.Equal(t, 1, logins)
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
	require.Len(t, got.Providers.Value, 3, "what could be read stays")
	require.NotContains(t, got.Providers.Problem, "\n")
	require.Contains(t, got.Providers.Grant, "res.company.ldap")
	require.Contains(t, got.Providers.Grant, "auth.oauth.provider")
}

func TestAbsentProvidersAreNoProviders(t *testing.T) {
	t.Parallel()
	got := newPeer(t, without(clinic(), "payment.acquirer", "res.company.ldap", "auth.oauth.provider")).collect(t)
	require.Equal(t, estate.Know("payment.acquirer (not there); res.company.ldap (not there); auth.oauth.provider (not there)", []estate.Provider{}), got.Providers)
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
