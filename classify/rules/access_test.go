package rules

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// Where the server does not tell its access rules, the one file that root read on its machine does; a line of it that is
// not understood keeps the rest from being all.
func TestAccessFromTheFile(t *testing.T) {
	t.Parallel()
	file := func(settings ...estate.Option) *server {
		h := estate.UnreadHost("a", estate.Production, estate.Collection{Coverage: estate.Known})
		h.Configurations = estate.Know("files", []estate.Configuration{{Product: "postgresql", File: "/etc/postgresql/13/main/pg_hba.conf", Settings: settings}})
		p := estate.UnreadPostgres("p", estate.Production, estate.Collection{Coverage: estate.Known})
		return &server{PostgresServer: &p, host: &machine{Host: &h}}
	}
	got := accessOf(file(estate.Option{Name: "host", Value: "all all 10.0.0.0 255.0.0.0 md5"}, estate.Option{Name: "hostssl", Value: "a,b +c 0.0.0.0/0 scram-sha-256"}, estate.Option{Name: "local", Value: "all postgres peer"}))
	name := "/etc/postgresql/13/main/pg_hba.conf"
	require.Equal(t, estate.Know(name+" on a", []estate.AccessRule{
		{File: name, Type: "host", Databases: []string{"all"}, Roles: []string{"all"}, Address: "10.0.0.0", Netmask: "255.0.0.0", Method: "md5"},
		{File: name, Type: "hostssl", Databases: []string{"a", "b"}, Roles: []string{"+c"}, Address: "0.0.0.0/0", Method: "scram-sha-256"},
		{File: name, Type: "local", Databases: []string{"all"}, Roles: []string{"postgres"}, Method: "peer"},
	}), got)
	_, open := partial("access rules", accessOf(file(estate.Option{Name: "host", Value: `"my db" "my role" 10.0.0.0 255.0.0.0 md5`})))
	require.True(t, open, "a line that is not understood may be the one that lets everybody in")

	two := file()
	two.host.Configurations.Value = append(two.host.Configurations.Value, two.host.Configurations.Value[0])
	require.False(t, accessOf(two).Coverage.IsKnown(), "whose file is whose is not known")
}

// Whatever stands in the file, a line that is taken has a method, and somebody whom it lets in.
func FuzzAccessRule(f *testing.F) {
	for _, seed := range [][2]string{{"host", "all all 10.0.0.0 255.0.0.0 md5"}, {"local", "all all peer"}, {"hostssl", "a,b +c ::/0 scram-sha-256"}, {"local", "all"}, {"host", ""}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, kind, text string) {
		a, ok := accessRule(estate.Option{Name: kind, Value: text})
		if ok {
			require.NotEmpty(t, a.Method)
			require.NotEmpty(t, a.Databases)
			require.NotEmpty(t, a.Roles)
			require.Equal(t, kind != "local", a.Address != "")
		}
	})
}
