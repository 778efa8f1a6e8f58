package engagement

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

const (
	labFile      = "../../testdata/lab/engagement.yaml"
	templateFile = "../../cmd/nightferry/template/engagement.yaml"
)

// noEnv is an environment with a home and nothing else.
func noEnv(name string) (string, bool) { return "/home/consultant", name == "HOME" }

func TestLabEngagement(t *testing.T) {
	t.Parallel()
	e, err := Load(labFile, noEnv)
	require.NoError(t, err)

	bastion, found := e.Host("bastion")
	require.True(t, found)
	require.Equal(t, 22, bastion.Port)
	require.Equal(t, "assess", bastion.User)
	require.Equal(t, "/home/consultant/.cache/nightferry/lab/keys/id_assess", bastion.Key)
	require.Equal(t, "assess", bastion.Operator.User, "stated, not inherited")
	stg, found := e.Host("stg")
	require.True(t, found)
	require.Equal(t, "ferry", stg.Operator.User, "inherited")

	erp, found := e.Server("erp")
	require.True(t, found)
	require.Equal(t, "10.77.7.22", erp.Address, "from the host it runs on")
	require.Equal(t, 5432, erp.Port)
	require.Equal(t, "postgres", erp.Database)
	require.Equal(t, Role{"ferry_read", Secret{Env: "NF_LAB_FERRY_READ"}}, erp.Validation)

	require.Equal(t, 36*time.Hour+12*time.Hour, e.Services[1].RTO)
	require.Equal(t, estate.Policy{MaxServicesPerWave: 3, NonProductionDaysBefore: 14}, e.Policy)
	require.Len(t, e.Target.Moves, 1)
	require.Equal(t, []string{"sudo", "-n", "/usr/local/sbin/erp-gate", "open"}, e.Target.Moves[0].To.Open)
	require.Regexp(t, `^engagement\.yaml:\d+ admissions and results$`, e.Declared()[0].Declared[0])

	declared := e.Declared()
	require.Len(t, declared, len(e.Integrations)+2, "a move says which database an Odoo has, before and after")
	before, after := declared[len(declared)-2], declared[len(declared)-1]
	require.Equal(t, [...]any{"host/stg", "host/stg", 5432, false}, [...]any{before.From, before.To, before.Port, before.Planned})
	require.Equal(t, [...]any{"host/cloud-app", "host/cloud-db", 5432, true}, [...]any{after.From, after.To, after.Port, after.Planned})
	require.Regexp(t, `^engagement\.yaml:\d+ database of erp-staging$`, after.Declared[0])

	dates := e.Dates()
	require.Equal(t, "2026-12-18T00:00:00+01:00", dates.Freezes[0].From.Format(time.RFC3339))
	require.Equal(t, "2027-01-06T23:59:59+01:00", dates.Freezes[0].To.Format(time.RFC3339))
}

func TestDeclaredIntegrations(t *testing.T) {
	t.Parallel()
	e, err := parse(FileName, []byte(`name: x
integrations:
  - {from: outside/bank, to: outside/b, protocol: sftp, port: 2222, kind: finance, note: statements, owner: Testmann, schedule: nightly,
     direction: pull, encryption: ssh, authentication: key, data: [FINANCIAL, PII]}
`), noEnv)
	require.NoError(t, err)
	why := FileName + ":3 statements"
	require.Equal(t, []estate.Integration{{From: "outside/bank", To: "outside/b", Protocol: "sftp", Port: 2222, Kind: estate.KindFinance, Direction: estate.Pull, Owner: "Testmann",
		Schedule: []string{"nightly (declared)"}, Encryption: estate.SSHEncryption, Authentication: estate.KeyProof, Declared: []string{why},
		Classes: []estate.Crossing{{Class: estate.Financial, By: estate.ByDeclaration, Why: why}, {Class: estate.PII, By: estate.ByDeclaration, Why: why}}}}, e.Declared())
}

// TestTemplateExamplesAreTrue takes the # off every example of the template that init writes.
func TestTemplateExamplesAreTrue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(templateFile)
	require.NoError(t, err)
	_, err = parse("template", []byte(strings.Replace(string(text), "NAME\n", "north\n", 1)), noEnv)
	require.NoError(t, err, "as it is written")

	examples := regexp.MustCompile(`(?m)^#(\S|  +[-a-z])`).ReplaceAllString(string(text), "$1")
	examples = regexp.MustCompile(`(?m)^ +\{env: NAME\}   .*$`).ReplaceAllString(examples, "")
	e, err := parse("template", []byte(strings.Replace(examples, "\nname: NAME\n", "\nname: north\n", 1)), noEnv)
	require.NoError(t, err, "%s", examples)
	require.Len(t, e.Hosts, 5)
	require.Len(t, e.Target.Moves, 1)
	require.Len(t, e.Clusters, 2)
	require.Equal(t, estate.Target, e.Clusters[0].Environment)
	require.Equal(t, "/home/consultant/.kube/config", e.Clusters[0].Kubeconfig)
	require.Len(t, e.Authorisations, 2)
}

// TestEveryKeyIsInTheReference walks the types, so that no key can be added without a word about it.
func TestEveryKeyIsInTheReference(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/engagement.md")
	require.NoError(t, err)
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct {
			return
		}
		for field := range typ.Fields() {
			key, _, _ := strings.Cut(field.Tag.Get("yaml")+field.Tag.Get("json"), ",")
			if !field.IsExported() {
				continue
			}
			if !field.Anonymous {
				require.Regexp(t, "`(\\{?"+key+"(: |`))", string(text), "%s.%s", typ, field.Name)
			}
			walk(field.Type)
		}
	}
	walk(reflect.TypeFor[Engagement]())
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const host = "{name: a, address: a.example, user: u, agent: true}"
	const server = "databases:\n- {name: d, address: d.example, user: u, "
	const odoo = "odoo:\n- {name: o, database: d, user: u, password: {env: P}, "
	tests := map[string]struct{ text, want string }{
		"duty of nothing":       {"name: x\nresponsibilities: [{duty: patchin, by: provider}]", `2:27 no duty is called "patchin"`},
		"duty twice":            {"name: x\nresponsibilities:\n- {duty: capacity, by: customer}\n- {duty: capacity, by: provider}", `4:10 "capacity" is answered on line 3 already`},
		"duty by nobody's team": {"name: x\nresponsibilities: [{duty: capacity, by: nobody, who: Team}]", "2:54 somebody does what nobody does"},
		"duty without a party":  {"name: x\nresponsibilities: [{duty: capacity}]", "2:20 it does not say who"},
		"undated evidence":      {"name: x\nresponsibilities: [{duty: capacity, by: customer, evidence: report}]", "2:20 evidence without a date"},
		"a date of nothing":     {"name: x\nresponsibilities: [{duty: capacity, by: customer, date: 2026-01-31}]", "2:57 a date of no evidence"},
		"old at once":           {"name: x\nresponsibilities: [{duty: capacity, by: customer, max_age: 1h}]", "2:60 evidence that is old at once"},
		"practice unproven":     {"name: x\npractices: [{practice: failover-tests, state: in-place, stated_by: a}]", "2:13 nothing shows it"},
		"practice not needed":   {"name: x\npractices: [{practice: failover-tests, state: not-needed, stated_by: a}]", "2:13 it does not say why it is not needed"},
		"practice by itself":    {"name: x\npractices: [{practice: failover-tests, state: missing}]", "2:13 nobody answers for this"},
		"state of nothing":      {"name: x\npractices: [{practice: failover-tests, state: yes, stated_by: a}]", `2:47 "yes" is not known here`},
		"vendor inside":         {"name: x\nvendors: [{name: v, parties: [ehr]}]", `2:31 "ehr" is no party outside`},
		"agreement unsigned":    {"name: x\nvendors: [{name: v, agreement: none, until: 2026-01-31}]", "2:45 the end of an agreement that is not signed"},
		"a change of nothing":   {"name: x\nchanges: [{asset: erp, date: 2026-01-31, by: a, why: b}]", `2:19 "erp" is no asset`},
		"a change in secret":    {"name: x\nhosts: [" + host + "]\nchanges: [{asset: host/a, date: 2026-01-31, why: b}]", "3:11 a change that nobody approved"},
		"unknown vendor":        {"name: x\nservices: [{name: s, vendors: [v]}]", `2:32 no vendor is called "v"`},
		"a copy of nothing":     {"name: x\n" + server + "copies: [{database: c, content: masked, stated_by: a, date: 2026-01-31}]}", "3:51 a copy of nothing"},
		"a copy of itself":      {"name: x\n" + server + "copies: [{database: c, of: d/c, content: masked, stated_by: a, date: 2026-01-31}]}", "3:69 a database that is a copy of itself"},
		"what a copy holds":     {"name: x\n" + server + "copies: [{database: c, of: d/b, content: mask, stated_by: a, date: 2026-01-31}]}", `3:83 "mask" is not known here`},
		"two copies in one":     {"name: x\n" + server + "copies: [{database: c, of: d/b, content: full, stated_by: a, date: 2026-01-31}, {database: c, of: d/a, content: full, stated_by: a, date: 2026-01-31}]}", `3:133 what "c" is a copy of stands on line 3 already`},
		"a restore of nothing":  {"name: x\nrestores: [{date: 2026-01-31, took: 2h, by: a, evidence: b}]", "2:12 a restore of nothing"},
		"a restore of a server": {"name: x\n" + server + "port: 5432}\nrestores: [{database: d, date: 2026-01-31, took: 2h, by: a, evidence: b}]", `4:23 "d" does not name one database`},
		"a restore without end": {"name: x\n" + server + "port: 5432}\nrestores: [{database: d/c, date: 2026-01-31, by: a, evidence: b}]", "4:12 how long it took is not stated"},
		"an odd restore":        {"name: x\n" + server + "port: 5432}\nrestores: [{database: d/c, date: 2026-01-31, took: 1h, gigabytes: -1, by: a, evidence: b}]", "4:67 this cannot be a number of gigabytes"},
		"no name":               {"hosts: []", "1:1 the engagement has no name"},
		"empty":                 {"", "0:0 the engagement has no name"},
		"name not for a file":   {"name: North/1", `1:7 "North/1" cannot be a name`},
		"device of Windows":     {"name: x\nservices: [{name: con.old}]", `2:19 "con.old" cannot be a name: Windows keeps "con" for a device`},
		"nothing to log in by":  {"name: x\nhosts: [{name: a, address: b, user: u}]", `2:9 host "a" has nothing to log in by`},
		"nobody to log in as":   {"name: x\nhosts: [{name: a, address: b, agent: true}]", `2:9 host "a" has no user to log in as`},
		"a host of its own":     {"name: x\nhosts: [{name: a, address: b, user: u, agent: true, via: a}]", "2:58 a ring of jump hosts: a → a"},
		"port":                  {"name: x\nhosts: [{name: a, address: b, user: u, agent: true, port: 65536}]", "2:59 65536 is not a port"},
		"address with a scheme": {"name: x\nhosts: [{name: a, address: 'ssh://b', user: u, agent: true}]", "2:28 this is not a host name or IP address"},
		"passphrase of nothing": {"name: x\nhosts: [{name: a, address: b, user: u, agent: true, passphrase: {env: P}}]", "2:65 a passphrase without a key file"},
		"server nowhere":        {"name: x\ndatabases: [{name: d, user: u}]", `2:13 PostgreSQL server "d" has no address`},
		"two sources":           {"name: x\n" + server + "password: {env: P, file: f}}", "3:52 a secret from several sources"},
		"no source":             {"name: x\n" + server + "password: {}}", "3:52 a secret from nowhere"},
		"not a variable":        {"name: x\n" + server + "password: {env: 'hunter2!'}}", "3:58 this is not the name of a variable"},
		"authority not asked":   {"name: x\n" + server + "tls: {mode: require, ca: f}}", "3:67 mode require looks at no authority"},
		"leave for everything":  {"name: x\n" + server + "sampling: [{authorised_by: a, basis: b, date: 2026-01-01}]}", "3:53 leave to read rows names no database"},
		"leave that ended":      {"name: x\n" + server + "sampling: [{databases: [d], authorised_by: a, basis: b, date: 2026-01-02, until: 2026-01-01}]}", "3:123 it ends before it begins"},
		"plain http":            {"name: x\n" + odoo + "url: http://o}", "3:60 over plain http the password and all answers can be read on the way"},
		"login in a URL":        {"name: x\n" + odoo + "url: 'https://u:hunter2@o'}", "3:60 a URL with a login in it"},
		"URL with a path":       {"name: x\n" + odoo + "url: https://o/web}", "3:60 the URL goes on after the host"},
		"no URL":                {"name: x\n" + odoo + "url: erp}", "3:60 this is not a URL of a web server"},
		"cluster nowhere":       {"name: x\nclusters: [{name: k}]", `2:12 Kubernetes cluster "k" has neither a kubeconfig nor files`},
		"cluster twice":         {"name: x\nclusters: [{name: k, kubeconfig: c, files: [f]}]", "2:44 a kubeconfig and files"},
		"files by a tunnel":     {"name: x\nclusters: [{name: k, files: [f], allow_exec: true}]", "2:46 allow_exec belongs to a kubeconfig"},
		"unknown way":           {"name: x\nclusters: [{name: k, kubeconfig: c, via: b}]", `2:42 no host is called "b"`},
		"nameless file":         {"name: x\nclusters: [{name: k, files: ['']}]", "2:30 a file without a name"},
		"odd service":           {"name: x\nservices: [{name: s, criticality: high}]", `2:35 "high" is not known here`},
		"no recovery time":      {"name: x\nservices: [{name: s, rto: 0s}]", "2:27 nothing at all cannot be told from nothing stated"},
		"unknown database":      {"name: x\nservices: [{name: s, databases: [erp/clinic]}]", `2:34 no PostgreSQL server is called "erp"`},
		"party without a kind":  {"name: x\nhosts: [" + host + "]\nintegrations: [{from: a, to: host/a, protocol: p}]", `3:23 "a" is neither a host nor a party outside`},
		"kind of nothing":       {"name: x\nintegrations: [{from: outside/a, to: outside/b, protocol: p, kind: hl7}]", `2:68 "hl7" is not known here`},
		"neither way":           {"name: x\nintegrations: [{from: outside/a, to: outside/b, protocol: p, direction: up}]", `2:73 "up" is not known here`},
		"class of nothing":      {"name: x\nintegrations: [{from: outside/a, to: outside/b, protocol: p, data: [PHI, phi]}]", `2:74 "phi" is not known here`},
		"freeze backwards":      {"name: x\ncalendar: {freezes: [{from: 2026-01-02, to: 2026-01-01, reason: r}]}", "2:45 the freeze ends before it begins"},
		"no such day":           {"name: x\ncalendar: {freezes: [{from: 2026-02-30, to: 2026-03-01, reason: r}]}", `2:29 "2026-02-30" is not a date`},
		"no such weekday":       {"name: x\ncalendar: {windows: [{days: [saturday], from: '22:00', to: '23:00'}]}", `2:30 "saturday" is not known here`},
		"no such time":          {"name: x\ncalendar: {windows: [{days: [sat], from: '24:00', to: '23:00'}]}", `2:42 "24:00" is not a time of day`},
		"no such zone":          {"name: x\ncalendar: {timezone: Berlin}", `2:22 no time zone is called "Berlin"`},
		"move into the legacy": {"name: x\nservices: [{name: s}]\nhosts: [" + host + "]\n" + server + "environment: target}\ntarget: {moves: [{service: s, from: &a {}}]}",
			"6:37 an anchor (&) is not read here"},
		"authorised for what": {"name: x\nauthorisations: [{for: fun, authorised_by: a, basis: b, date: 2026-01-01}]", `2:24 "fun" is not known here`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse("engagement.yaml", []byte(tt.text), noEnv)
			var problems yamlfile.Problems
			require.ErrorAs(t, err, &problems)
			require.Contains(t, list(problems), tt.want)
			require.NotContains(t, err.Error(), "hunter2")
			if !strings.Contains(name, "move") {
				require.Len(t, problems, 1, "%v", err)
			}
		})
	}
}

func list(problems yamlfile.Problems) []string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Text))
	}
	return lines
}

func TestMoveEndsInTheLandingZone(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(labFile)
	require.NoError(t, err)
	_, err = parse("e", []byte(strings.Replace(string(text), "        host: cloud-app\n", "        host: erp-app\n", 1)), noEnv)
	require.ErrorContains(t, err, `"erp-app" is not part of the landing zone`)
}

func TestAuthorised(t *testing.T) {
	t.Parallel()
	s := Server{Sampling: []Sampling{{Databases: []string{"clinic"}, AuthorisedBy: "Testmann", Date: "2026-02-01", Until: "2026-02-28"}}}
	on := func(day string) time.Time { return Day(day).in(time.UTC) }
	for _, tt := range []struct {
		database, day string
		want          bool
	}{
		{"clinic", "2026-02-01", true}, {"clinic", "2026-02-28", true},
		{"clinic", "2026-01-31", false}, {"clinic", "2026-03-01", false}, {"hr", "2026-02-10", false},
	} {
		_, got := s.Authorised(tt.database, on(tt.day))
		require.Equal(t, tt.want, got, "%v", tt)
	}
}

func TestLoginsAreNotMixed(t *testing.T) {
	t.Parallel()
	shared := Login{User: "assess", Key: "/k", Agent: true}
	require.Equal(t, shared, Login{}.or(shared))
	require.Equal(t, Login{User: "root", Password: Secret{Env: "P"}}, Login{User: "root", Password: Secret{Env: "P"}}.or(shared))
	require.Equal(t, Login{User: "other", Key: "/k", Agent: true}, Login{User: "other"}.or(shared))
}

func TestLoadWithoutAFile(t *testing.T) {
	t.Parallel()
	_, err := Load(filepath.Join(t.TempDir(), FileName), noEnv)
	require.ErrorIs(t, err, os.ErrNotExist)
	big := filepath.Join(t.TempDir(), FileName)
	require.NoError(t, os.WriteFile(big, make([]byte, maxFile+1), 0o600))
	_, err = Load(big, noEnv)
	require.ErrorContains(t, err, "larger than 4 MiB")
}

func FuzzParse(f *testing.F) {
	for _, file := range []string{labFile, templateFile} {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Add("name: x\nhosts:\n- {name: a, via: b}\n- {name: b, via: a}\n- {name: c, via: a}\n")
	f.Add("name: x\nodoo: [{url: 'https://u:p@h', password: p}]")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parse("engagement.yaml", []byte(text), noEnv)
		if err == nil {
			require.NoError(t, CheckName(e.Name))
			e.Dates()
			e.Declared()
			return
		}
		require.Nil(t, e)
		require.NotEmpty(t, err.Error())
	})
}
