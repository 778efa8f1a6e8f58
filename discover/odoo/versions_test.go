package odoo_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover/odoo"
	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// recordKey is the administrator's API key on the server that is recorded.
var recordKey = flag.String("record-key", "", "API key of the server to record")

// release is one real server of a version of which the lab has none, as one account sees it.
type release struct {
	version string
	account string
	json2   bool // as if XML-RPC were gone, as is planned for versions after 19
}

func (r release) String() string {
	name := "odoo-" + r.version + "-" + r.account
	if r.json2 {
		name += "-json2"
	}
	return name
}

// TestRecorded reads servers of other versions, which answer as real ones once did.
func TestRecorded(t *testing.T) {
	t.Parallel()
	for _, server := range []release{
		{version: "16.0", account: "admin"}, {version: "16.0", account: "reader"},
		{version: "18.0", account: "admin"}, {version: "18.0", account: "reader"},
		{version: "19.0", account: "admin"}, {version: "19.0", account: "reader"}, {version: "19.0", account: "admin", json2: true},
	} {
		t.Run(server.String(), func(t *testing.T) {
			t.Parallel()
			found := collect(t, server, recorded(t, server.String(), server.json2))
			requireSeeded(t, server, found)
			if server.account == "admin" {
				requireAdministratorsView(t, found)
			} else {
				requireReadersView(t, found)
			}
		})
	}
}

func collect(t *testing.T, server release, peer *httptest.Server) *estate.OdooServer {
	t.Helper()
	secret := "example-" + server.account
	if server.json2 {
		secret = cmp.Or(*recordKey, "the server that was recorded is gone, and its key with it")
	}
	found := odoo.Collect(t.Context(), odoo.Server{Name: "rec", RPC: odoorpc.Options{
		URL: peer.URL, Database: "rec", Login: server.account, Secret: secret,
	}}, time.Now, func(string) {})
	saved, err := json.MarshalIndent(found, "", " ")
	require.NoError(t, err)
	require.NotContains(t, string(saved), "CANARY", "what seed.py planted")
	require.NotContains(t, string(saved), secret)
	if testing.Verbose() {
		for name, section := range coverages(t, found) {
			if section.Coverage != estate.Known || section.Problem != "" {
				t.Log(name, section.Coverage, section.Problem)
			}
		}
	}
	return found
}

// verdict is what all sections have in common.
type verdict struct {
	Coverage estate.Coverage `json:"coverage"`
	Problem  string          `json:"problem"`
	Grant    string          `json:"grant"`
}

// coverages tells of each section of a server what is known of it, by the section's name in the inventory.
func coverages(t *testing.T, found *estate.OdooServer) map[string]verdict {
	t.Helper()
	saved, err := json.Marshal(found)
	require.NoError(t, err)
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(saved, &fields))
	sections := map[string]verdict{}
	for name, raw := range fields {
		var v verdict
		if json.Unmarshal(raw, &v) == nil && v.Coverage != "" && name != "collected" {
			sections[name] = v
		}
	}
	require.Greater(t, len(sections), 20)
	return sections
}

// requireSeeded looks for what seed.py made and every internal user may see.
func requireSeeded(t *testing.T, server release, found *estate.OdooServer) {
	t.Helper()
	require.Equal(t, estate.Known, found.Collected.Coverage, found.Collected.Problem)
	require.Equal(t, server.version, found.Version.Value)
	for _, module := range []string{"account", "base_automation", "hr", "sale_management"} {
		require.True(t, slices.ContainsFunc(found.Modules.Value, func(m estate.Module) bool {
			return m.Name == module && m.State == "installed" && m.Origin == "core"
		}), module)
	}
	require.Len(t, found.Companies.Value, 1)
	require.Equal(t, []string{"en_US"}, found.Languages.Value)
}

func requireAdministratorsView(t *testing.T, found *estate.OdooServer) {
	t.Helper()
	for name, section := range coverages(t, found) {
		require.Equal(t, estate.Known, section.Coverage, "%s: %s", name, section.Problem)
	}
	require.Equal(t, []string{"admin", "never", "reader"}, logins(found.Users.Value, func(u estate.OdooUser) bool { return u.Active && u.Internal }))
	require.Equal(t, []string{"admin"}, logins(found.Users.Value, func(u estate.OdooUser) bool { return u.Active && u.Administrator }))
	require.Contains(t, logins(found.Users.Value, func(u estate.OdooUser) bool { return !u.Active }), "former")
	require.Equal(t, estate.MailServer{Name: "relay", Host: "relay.example", Port: 587, Kind: "smtp", Encryption: "starttls", Login: true, Active: true},
		found.MailServers.Value[0])
	require.Equal(t, "imap.example", found.Inbound.Value[0].Host)
	require.Equal(t, []string{"admin"}, []string{found.APIKeys.Value[0].Login})

	at := slices.IndexFunc(found.Actions.Value, func(a estate.ServerAction) bool { return a.Name == "push to the bridge" })
	require.GreaterOrEqual(t, at, 0)
	require.True(t, found.Actions.Value[at].Made)
	require.Equal(t, []estate.CodeHost{{Protocol: "https", Host: "bridge.example"}}, found.Actions.Value[at].Code.Hosts)
	require.Equal(t, "on change", found.Automations.Value[0].Name)
	require.True(t, slices.ContainsFunc(found.Crons.Value, func(c estate.Cron) bool { return c.Name == "nightly export" && c.Made && c.Interval == "1 days" }))
	require.True(t, slices.ContainsFunc(found.Fields.Value.Custom, func(f estate.CustomField) bool { return f.Model == "res.partner" && f.Name == "x_ward" }))
	require.Contains(t, found.Parameters.Value, estate.Parameter{Name: "clinic.gateway_token"}, "by name alone")
	require.Greater(t, len(found.Models.Value), 100)
	require.Positive(t, found.Attachments.Value.Files)
	require.Positive(t, found.Attachments.Value.FileBytes)
}

// requireReadersView: what a user without rights may not see is denied, and says what would open it.
func requireReadersView(t *testing.T, found *estate.OdooServer) {
	t.Helper()
	sections := coverages(t, found)
	for _, name := range []string{"api_keys", "parameters", "inbound_mail"} {
		require.Equal(t, estate.Denied, sections[name].Coverage, "%s: %s", name, sections[name].Problem)
		require.NotEmpty(t, sections[name].Grant, name)
	}
	for name, section := range sections {
		require.NotEqual(t, estate.Failed, section.Coverage, "%s: %s", name, section.Problem)
	}
	if sections["users"].Coverage == estate.Denied { // since 16, which hides what tells the groups of administrators
		require.Equal(t, estate.Denied, sections["groups"].Coverage)
		return
	}
	require.Equal(t, []string{"admin", "never", "reader"}, logins(found.Users.Value, func(u estate.OdooUser) bool { return u.Active && u.Internal }))
}
