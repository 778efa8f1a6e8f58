package odoo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover/odoo"
	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
	"nightferry/testdata/lab"
)

// look reads one of the lab's Odoo servers as the given user.
func look(t *testing.T, l *lab.Lab, truth lab.TrueOdoo, login, password string) *estate.OdooServer {
	t.Helper()
	roots, err := odoorpc.LoadRoots(l.CA())
	require.NoError(t, err)
	found := odoo.Collect(t.Context(), odoo.Server{
		Name: truth.Database, Environment: estate.Production, Host: truth.Machine,
		RPC: odoorpc.Options{
			URL: truth.URL, Database: truth.Database, Login: login, Secret: password, Roots: roots,
			Dial: l.HTTPClient(t).Transport.(*http.Transport).DialContext,
		},
	}, time.Now, func(string) {})
	saved, err := json.Marshal(found)
	require.NoError(t, err)
	for _, canary := range l.Canaries().Values() {
		require.NotContains(t, string(saved), canary)
	}
	return found
}

func trueServer(t *testing.T, l *lab.Lab, machine string) lab.TrueOdoo {
	t.Helper()
	at := slices.IndexFunc(l.Truth().Odoo, func(o lab.TrueOdoo) bool { return o.Machine == machine })
	require.GreaterOrEqual(t, at, 0)
	return l.Truth().Odoo[at]
}

func logins(users []estate.OdooUser, which func(estate.OdooUser) bool) []string {
	var names []string
	for _, u := range users {
		if which(u) {
			names = append(names, u.Login)
		}
	}
	return names
}

func TestLabServersAsReader(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	truth := trueServer(t, l, "erp-app")
	found := look(t, l, truth, "assess_reader", l.Password(t, "erp_assess_reader"))
	require.Equal(t, estate.Known, found.Collected.Coverage, found.Collected.Problem)
	requireTruth(t, truth, found)
	require.Equal(t, estate.Known, found.Attachments.Coverage, found.Attachments.Problem)
	require.Positive(t, found.Attachments.Value.Files)
	require.EqualValues(t, -1, found.Attachments.Value.FileBytes, "sizes are for administrators")
	require.Equal(t, "whether they log in: not shown to this user (smtp_user)", found.MailServers.Problem)
	require.Equal(t, "length, hash and hosts of the code: not shown to this user (code)", found.Actions.Problem)
	require.Equal(t, estate.Denied, found.APIKeys.Coverage, "a rule shows each user the own keys")
	require.Len(t, found.Companies.Value, 1)
	require.Contains(t, found.Companies.Problem, fmt.Sprintf("1 of %d companies", truth.Companies))
	require.True(t, slices.ContainsFunc(found.Collected.Warnings, func(w string) bool { return strings.Contains(w, "is no administrator") }))
}

func TestLabServersAsAdministrator(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	truth := trueServer(t, l, "erp-app")
	found := look(t, l, truth, "admin", l.Password(t, "erp_admin"))
	requireTruth(t, truth, found)
	for i, m := range found.MailServers.Value {
		at := slices.IndexFunc(truth.MailServers, func(o lab.TrueMailServer) bool { return o.Name == m.Name })
		require.Equal(t, truth.MailServers[at].Credential, m.Login, "%d", i)
	}
	require.Equal(t, estate.Known, found.Attachments.Coverage, found.Attachments.Problem)
	count := strings.TrimSpace(l.Exec(t, "erp-db", "su", "postgres", "-c",
		"psql -AtF' ' -d clinic -c 'SELECT count(store_fname), coalesce(sum(file_size) FILTER (WHERE store_fname IS NOT NULL), 0) FROM ir_attachment'"))
	var files, bytes int64
	_, err := fmt.Sscan(count, &files, &bytes)
	require.NoError(t, err)
	require.InDelta(t, files, found.Attachments.Value.Files, 30, "page views add assets")
	require.InEpsilon(t, float64(bytes), float64(found.Attachments.Value.FileBytes), 0.05)
	require.Empty(t, found.Collected.Warnings)
	require.Len(t, found.APIKeys.Value, truth.APIKeys)
	require.Equal(t, "it.support", found.APIKeys.Value[0].Login)
	require.Equal(t, 2021, found.APIKeys.Value[0].Created.Year())
	require.Len(t, found.Companies.Value, truth.Companies)
	require.Empty(t, found.Companies.Problem)
	for _, a := range found.Actions.Value {
		if a.Name == truth.ServerActionsCustom[0] {
			require.Equal(t, []estate.CodeHost{{Protocol: "https", Host: "hooks.partner.example"}}, a.Code.Hosts)
			require.Positive(t, a.Code.Length)
		}
	}
	for _, c := range found.Crons.Value {
		require.NotNil(t, c.Code, c.Name)
	}
}

// requireTruth holds what any reader of the technical configuration must find.
func requireTruth(t *testing.T, truth lab.TrueOdoo, found *estate.OdooServer) {
	t.Helper()
	require.Equal(t, truth.Version, found.Version.Value)
	var custom []lab.TrueModule
	for _, m := range found.Modules.Value {
		if m.State == "installed" && m.Origin == "custom" && strings.HasPrefix(m.Name, "clinic") {
			custom = append(custom, lab.TrueModule{Name: m.Name, Version: m.Version})
		}
	}
	require.Equal(t, truth.CustomModules, custom)

	require.Equal(t, estate.Known, found.Users.Coverage, found.Users.Problem)
	require.ElementsMatch(t, truth.Administrators, logins(found.Users.Value, func(u estate.OdooUser) bool { return u.Active && u.Administrator }))
	require.ElementsMatch(t, truth.AdministratorsInactive, logins(found.Users.Value, func(u estate.OdooUser) bool { return !u.Active && u.Administrator }))
	require.Subset(t, logins(found.Users.Value, func(u estate.OdooUser) bool {
		return u.Active && u.Administrator && u.LastLogin.IsZero()
	}), truth.AdministratorsNeverLoggedIn)

	require.Equal(t, estate.Known, found.Crons.Coverage, found.Crons.Problem)
	var crons []string
	for _, c := range found.Crons.Value {
		crons = append(crons, c.Name)
	}
	require.Subset(t, crons, truth.CronsCustom, "inactive ones too")

	var mail []lab.TrueMailServer
	for _, m := range found.MailServers.Value {
		mail = append(mail, lab.TrueMailServer{Name: m.Name, Host: m.Host, Port: m.Port, Encryption: m.Encryption, Active: m.Active})
	}
	for _, m := range truth.MailServers {
		m.Credential = false // shown to administrators only
		require.Contains(t, mail, m)
	}
	require.Len(t, mail, len(truth.MailServers))
	require.Len(t, found.Inbound.Value, len(truth.Fetchmail))
	for i, m := range truth.Fetchmail {
		got := found.Inbound.Value[i]
		seen := lab.TrueFetchmail{Name: got.Name, Host: got.Host, Port: got.Port, SSL: got.Encryption == "ssl", Active: got.Active}
		require.Equal(t, m, seen)
	}
	requireProviders(t, truth, found.Providers)
	var made []string
	for _, m := range found.Models.Value {
		if m.Custom {
			made = append(made, m.Name)
		}
	}
	require.Equal(t, truth.StudioModels, made)
	requireMade(t, truth, found)
}

// requireMade holds what people made in the browser, which no module brings to another server.
func requireMade(t *testing.T, truth lab.TrueOdoo, found *estate.OdooServer) {
	t.Helper()
	require.Equal(t, estate.Known, found.Automations.Coverage, found.Automations.Problem)
	require.Len(t, found.Automations.Value, truth.Automations)
	for _, a := range found.Automations.Value {
		require.Equal(t, "clinic_base", a.Module)
		require.Contains(t, a.Model, "clinic.")
	}
	require.Equal(t, estate.Known, found.Actions.Coverage, found.Actions.Problem)
	var actions, crons []string
	for _, a := range found.Actions.Value {
		if a.Made && a.Usage == "ir_actions_server" {
			actions = append(actions, a.Name)
		}
	}
	require.Equal(t, truth.ServerActionsCustom, actions)
	for _, c := range found.Crons.Value {
		if c.Made || c.Module == "clinic_base" {
			crons = append(crons, c.Name)
		}
	}
	require.ElementsMatch(t, truth.CronsCustom, crons)
	var fields []string
	for _, f := range found.Fields.Value.Custom {
		if !slices.Contains(truth.StudioModels, f.Model) {
			fields = append(fields, f.Model+"."+f.Name)
		}
	}
	require.ElementsMatch(t, truth.StudioFields, fields)
	require.Greater(t, found.Fields.Value.Kinds["many2one"], 1000)
	require.Contains(t, found.Views.Value, estate.ViewSum{Model: "res.partner", Made: 1, Inherited: 1})
	require.True(t, slices.ContainsFunc(found.Reports.Value, func(r estate.OdooReport) bool {
		return r.Module == "clinic_base" && r.Engine == "qweb-pdf"
	}))
	require.Positive(t, found.Numbering.Value.Standard)
	require.Contains(t, found.Languages.Value, "en_US")
	require.Equal(t, estate.Known, found.Groups.Coverage, found.Groups.Problem)
	require.Contains(t, found.Parameters.Value, estate.Parameter{Name: "clinic.lab_api_key"})
	require.Contains(t, found.Parameters.Value, estate.Parameter{Name: "database.secret"})
	require.True(t, slices.ContainsFunc(found.Parameters.Value, func(p estate.Parameter) bool {
		return p.Name == "web.base.url" && strings.HasPrefix(p.Value, "http")
	}))
	require.Subset(t, logins(found.Users.Value, func(estate.OdooUser) bool { return true }), truth.SharedLogins)
	require.Equal(t, estate.Known, found.Portal.Coverage)
}

func requireProviders(t *testing.T, truth lab.TrueOdoo, providers estate.Section[[]estate.Provider]) {
	t.Helper()
	require.Equal(t, estate.Known, providers.Coverage, providers.Problem)
	names := map[string][]string{}
	var directories []lab.TrueLDAP
	for _, p := range providers.Value {
		if p.Kind == "ldap" {
			directories = append(directories, lab.TrueLDAP{Host: p.Host, Port: p.Port, TLS: p.TLS})
		} else if p.Enabled {
			names[p.Kind] = append(names[p.Kind], p.Name)
		}
	}
	require.Equal(t, truth.LDAP, directories)
	require.ElementsMatch(t, truth.OAuthEnabled, names["oauth"])
	require.ElementsMatch(t, truth.PaymentEnabled, names["payment"])
}

// An ordinary user sees little, and is told so; nothing denied looks empty.
func TestLabServerAsOrdinaryUser(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	found := look(t, l, trueServer(t, l, "erp-app"), "assess_user", l.Password(t, "erp_assess_user"))
	require.Equal(t, estate.Known, found.Collected.Coverage)
	require.Equal(t, estate.Denied, found.Modules.Coverage)
	require.Contains(t, found.Modules.Grant, "Administration/Settings")
	require.Equal(t, estate.Denied, found.Crons.Coverage)
	require.Equal(t, estate.Denied, found.MailServers.Coverage)
	require.NotEmpty(t, found.Crons.Grant)
	for name, coverage := range map[string]estate.Coverage{
		"actions": found.Actions.Coverage, "automations": found.Automations.Coverage, "parameters": found.Parameters.Coverage,
		"api keys": found.APIKeys.Coverage, "views": found.Views.Coverage,
	} {
		require.Equal(t, estate.Denied, coverage, name)
	}
	require.Contains(t, found.Companies.Problem, "1 of 2 companies")
	for _, s := range []struct {
		coverage estate.Coverage
		empty    bool
	}{{found.Users.Coverage, len(found.Users.Value) == 0}, {found.Models.Coverage, len(found.Models.Value) == 0}} {
		require.True(t, s.coverage == estate.Known && !s.empty || s.coverage == estate.Denied && s.empty, "%+v", s)
	}
}

func TestLabFailures(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	truth := trueServer(t, l, "erp-app")
	roots, err := odoorpc.LoadRoots(l.CA())
	require.NoError(t, err)
	good := odoorpc.Options{URL: truth.URL, Database: truth.Database, Login: "assess_reader", Secret: l.Password(t, "erp_assess_reader"), Roots: roots,
		Dial: l.HTTPClient(t).Transport.(*http.Transport).DialContext}
	front := l.Machine(t, "erp-app").Front
	there := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(front, "443"))
	}
	tests := map[string]struct {
		change func(*odoorpc.Options)
		kind   odoorpc.Kind
	}{
		"wrong password":    {func(o *odoorpc.Options) { o.Secret = "wrong-password" }, odoorpc.WrongLogin},
		"wrong database":    {func(o *odoorpc.Options) { o.Database = "no_such_database" }, odoorpc.WrongDatabase},
		"unknown authority": {func(o *odoorpc.Options) { o.Roots = nil }, odoorpc.BadTLS},
		"another name":      {func(o *odoorpc.Options) { o.URL, o.Dial = "https://erp.other.example", there }, odoorpc.BadTLS},
		"self-signed":       {func(o *odoorpc.Options) { o.URL = trueServer(t, l, "stg").URL }, odoorpc.BadTLS},
		"closed port":       {func(o *odoorpc.Options) { o.URL, o.Dial = "http://"+net.JoinHostPort(front, "9"), nil }, odoorpc.Unreachable},
		"plain http":        {func(o *odoorpc.Options) { o.URL, o.Dial = "http://"+net.JoinHostPort(front, "443"), nil }, odoorpc.NotOdoo},
		"unknown name":      {func(o *odoorpc.Options) { o.URL, o.Dial = "https://nowhere.invalid", nil }, odoorpc.Unreachable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			opts := good
			tt.change(&opts)
			client, err := odoorpc.New(opts)
			require.NoError(t, err)
			defer client.Close()
			_, err = client.Login(t.Context())
			require.ErrorIs(t, err, tt.kind)
			for _, leak := range []string{opts.Secret, "Traceback", "10.77.7.22", "psycopg2"} {
				require.NotContains(t, err.Error(), leak)
			}
		})
	}
}

// Odoo refuses everybody from an address after too many failures, right passwords too. The lab is held
// alone, since its other tests come from the same address; a restart ends the cool-down.
func TestLabCoolDownIsRecognised(t *testing.T) {
	l := lab.Exclusive(t)
	truth := trueServer(t, l, "erp-app")
	defer func() { // not Cleanup, where the test's context has ended
		l.Exec(t, "erp-app", "systemctl", "restart", "odoo")
		require.Eventually(t, func() bool {
			response, err := l.HTTPClient(t).Get(truth.URL + "/web/login")
			if err != nil {
				return false
			}
			_ = response.Body.Close()
			return response.StatusCode == http.StatusOK
		}, time.Minute, 200*time.Millisecond)
	}()
	roots, err := odoorpc.LoadRoots(l.CA())
	require.NoError(t, err)
	client, err := odoorpc.New(odoorpc.Options{URL: truth.URL, Database: truth.Database, Login: "assess_reader", Secret: "wrong-password",
		Roots: roots, Dial: l.HTTPClient(t).Transport.(*http.Transport).DialContext})
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Login(t.Context())
	require.ErrorIs(t, err, odoorpc.WrongLogin)
	for range 50 { // each of the two workers counts to ten by itself
		_, err = client.Login(t.Context())
	}
	require.ErrorIs(t, err, odoorpc.CoolDown)
	found := look(t, l, truth, "assess_reader", l.Password(t, "erp_assess_reader"))
	require.Contains(t, found.Collected.Problem, string(odoorpc.CoolDown), "the right password is not blamed")
	require.Contains(t, found.Collected.Mend, "wait at least a minute")
}
