package classify

import (
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
		"erp.example":                   {"erp.example", 0},
		"https://erp.example/web":       {"erp.example", 443},
		"http://erp.example:8069/web":   {"erp.example", 8069},
		"ldaps://directory.example":     {"directory.example", 636},
		"erp.example:http":              {"erp.example:http", 0},
		"https://[2001:db8::7]:8443/x?": {"2001:db8::7", 8443},
	} {
		host, port := splitEndpoint(text)
		require.Equal(t, want.host, host, text)
		require.Equal(t, want.port, port, text)
	}
}

func TestResolver(t *testing.T) {
	t.Parallel()
	r := newResolver(estate.Inventory{Hosts: []estate.Host{
		{Name: "db", Collected: estate.Collection{Address: "10.0.0.2:22"}, Interfaces: estate.Know("ip", []estate.Interface{{Addresses: []string{"10.0.0.2/24", "127.0.0.1/8", "nonsense"}}}),
			Names: estate.Know("/etc/hosts", []estate.HostName{{Address: "10.0.0.9", Names: []string{"Partner.Example", "another.example"}}, {Address: "127.0.0.1", Names: []string{"db"}}})},
	}})
	for name, want := range map[string]string{
		"": "", "host/x": "host/x", "outside/y": "outside/y", "db": "host/db", "10.0.0.2": "host/db", "::ffff:10.0.0.2": "host/db", "127.0.0.1": "",
		"partner.example": "outside/partner.example", "10.0.0.9": "outside/another.example", "203.0.113.1": "outside/203.0.113.1",
	} {
		require.Equal(t, want, r.endpoint(name), name)
	}
	require.Equal(t, "host/db", r.from("host/db", "localhost"))
}

func FuzzSplitEndpoint(f *testing.F) {
	for _, seed := range []string{"10.0.0.1:22", "[::1]:5432", "https://a.example/", "a:b:c", "://", "[", "%zz"} {
		f.Add(seed)
	}
	r := newResolver(estate.Inventory{})
	f.Fuzz(func(t *testing.T, text string) {
		host, port := splitEndpoint(text)
		require.GreaterOrEqual(t, port, 0)
		r.endpoint(host)
	})
}
