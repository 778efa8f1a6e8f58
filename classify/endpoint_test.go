package classify

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestSplitEndpoint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		host string
		port int
	}{
		"10.0.0.1":                      {"10.0.0.1", 0},
		"10.0.0.1:5432":                 {"10.0.0.1", 5432},
		"[fe80::1]:443":                 {"fe80::1", 443},
		"[fe80::1]":                     {"fe80::1", 0},
		"fe80::1":                       {"fe80::1", 0},
		"erp.example:8069":              {"erp.example", 8069},
		"erp.example:0":                 {"erp.example:0", 0},
		"erp.example:99999":             {"erp.example:99999", 0},
		"erp.example":                   {"erp.example", 0},
		"https://erp.example/web":       {"erp.example", 443},
		"http://erp.example:8069/web":   {"erp.example", 8069},
		"ldaps://directory.example":     {"directory.example", 636},
		"sftp://lab.example":            {"lab.example", 22},
		"https://lab.example:99999/":    {"lab.example", 0},
		"erp.example:http":              {"erp.example:http", 0},
		"https://[2001:db8::7]:8443/x?": {"2001:db8::7", 8443},
		"https://%zz":                   {"", 0},
	} {
		host, port := splitEndpoint(text)
		require.Equal(t, want.host, host, text)
		require.Equal(t, want.port, port, text)
	}
}

// FuzzEndpoint: whatever a machine calls another, it becomes an end in one of three forms, or nobody, and what is
// resolved once stays as it is.
func FuzzEndpoint(f *testing.F) {
	for _, seed := range []string{"10.0.0.1:22", "[::1]:5432", "https://a.example/", "a:b:c", "://", "[", "%zz", "host/db", "outside/a/b", "shared/", "*", "fe80::1%eth0",
		"unix:/run/x.sock", "db", "db.clinic.example.", "::ffff:10.0.0.2", "10.0.0.9", "localhost", "0.0.0.0"} {
		f.Add(seed)
	}
	inventory := estate.Inventory{Hosts: []estate.Host{
		machine("db", "10.0.0.2/24", "10.0.0.9/24"), machine("app", "10.0.0.3/24", "10.0.0.9/24"),
	}}
	names := newAtlas(inventory)
	f.Fuzz(func(t *testing.T, text string) {
		name, port := splitEndpoint(text)
		require.True(t, port >= 0 && port < 1<<16)
		for _, v := range []view{names.of(&inventory.Hosts[0]), {atlas: names}} {
			for _, called := range []string{text, name} {
				is := v.end(called, port)
				kind, rest, _ := strings.Cut(is.name, "/")
				if is.name == "" {
					continue
				}
				require.Contains(t, []string{"host", "outside", "shared"}, kind, called)
				require.NotEmpty(t, rest, called)
				require.Equal(t, kind == "shared" && len(is.behind) > 0, len(is.behind) > 0)
				require.Equal(t, is.name, v.end(is.name, port).name, called)
			}
		}
	})
}
