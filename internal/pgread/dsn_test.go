package pgread_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
)

func TestParseDSN(t *testing.T) {
	t.Parallel()
	passfile := filepath.Join(t.TempDir(), "passes")
	require.NoError(t, os.WriteFile(passfile, []byte("erp.example:5433:clinic:assess:from file\n"), 0o600))
	tests := []struct {
		dsn, want, user, password, mode string
	}{
		{"host=erp.example port=5433 dbname=clinic user=assess", "erp.example:5433/clinic", "assess", "", ""},
		{`host = 'erp.example' user='o''ops'`, "", "", "", ""},
		{`host=h user='with space' password='it\'s' dbname=d`, "h:5432/d", "with space", "it's", ""},
		{"postgres://assess:p%40ss@erp.example:5433/clinic?sslmode=verify-full", "erp.example:5433/clinic", "assess", "p@ss", "verify-full"},
		{"postgresql:///clinic?host=/tmp/socket&user=assess", "/tmp/socket/.s.PGSQL.5432/clinic", "assess", "", ""},
		{"host=erp.example port=5433 dbname=clinic user=assess passfile=" + passfile, "erp.example:5433/clinic", "assess", "from file", ""},
		{"user=u", "/var/run/postgresql/.s.PGSQL.5432/u", "u", "", ""},
		{"postgres://u@[::1]:6000/d", "[::1]:6000/d", "u", "", ""},
		{"host=a,b user=u", "", "", "", ""},
		{"host=a user=u service=x", "", "", "", ""},
		{"host=a", "", "", "", ""},
		{"host=a user=u port=99999", "", "", "", ""},
		{"host=a user='u", "", "", "", ""},
		{"postgres://u:" + canary + "/x@h/d", "", "", "", ""},
		{"password=" + canary + " leaked user", "", "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.dsn, func(t *testing.T) {
			t.Parallel()
			config, err := pgread.ParseDSN(test.dsn)
			if test.want == "" {
				require.Equal(t, pgread.Misconfigured, pgread.KindOf(err))
				require.NotContains(t, err.Error(), canary)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, config.String())
			require.Equal(t, test.user, config.User)
			require.Equal(t, test.mode, config.TLS.Mode)
			password := ""
			if config.Password != nil {
				password, err = config.Password(t.Context())
				require.NoError(t, err)
				require.NotContains(t, fmt.Sprintf("%+v %#v", config, config), test.password)
			}
			require.Equal(t, test.password, password)
		})
	}
}

func TestResolveDSN(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, ".pgpass"), []byte("*:*:*:assess:from pgpass\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(home, ".pg_service.conf"), []byte("[clinic]\nhost=of.service\nport=5434\nuser=assess\n"), 0o600))
	tests := map[string]struct {
		dsn                  string
		env                  map[string]string
		want, user, password string
		written              bool
	}{
		"the string wins":      {"host=h user=u password=p dbname=d", map[string]string{"PGHOST": "x", "PGUSER": "x", "PGPASSWORD": "x", "PGDATABASE": "x"}, "h:5432/d", "u", "p", true},
		"the environment":      {"", map[string]string{"PGHOST": "h", "PGPORT": "5433", "PGUSER": "u", "PGPASSWORD": "p", "PGDATABASE": "d"}, "h:5433/d", "u", "p", false},
		"pgpass":               {"host=h user=assess", nil, "h:5432/assess", "assess", "from pgpass", false},
		"a service":            {"service=clinic dbname=d", map[string]string{"PGHOST": "x"}, "of.service:5434/d", "assess", "from pgpass", false},
		"a service by default": {"postgres:///d", map[string]string{"PGSERVICE": "clinic"}, "of.service:5434/d", "assess", "from pgpass", false},
		"no such service":      {"service=" + canary, nil, "", "", "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, written, err := pgread.ResolveDSN(test.dsn, func(name string) (string, bool) {
				if name == "HOME" {
					return home, true
				}
				value, set := test.env[name]
				return value, set
			})
			if test.want == "" {
				require.Equal(t, pgread.Misconfigured, pgread.KindOf(err))
				require.NotContains(t, err.Error(), canary)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, config.String())
			require.Equal(t, test.user, config.User)
			require.Equal(t, test.written, written)
			password, err := config.Password(t.Context())
			require.NoError(t, err)
			require.Equal(t, test.password, password)
		})
	}
}

func FuzzParseDSN(f *testing.F) {
	for _, seed := range []string{"", "host=h user=u", `user='a\'b' password=x`, "postgres://u:p@h:1/d?sslmode=require", "postgres://u@[::1", "user=u\x00", `user=\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		config, err := pgread.ParseDSN(dsn)
		if err == nil {
			require.NotEmpty(t, config.User)
			require.NotEmpty(t, config.Host)
			return
		}
		require.Equal(t, pgread.Misconfigured, pgread.KindOf(err))
	})
}

func strangersCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
