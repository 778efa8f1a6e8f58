package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPresentable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, value, want string }{
		{"wal_level", "replica", "replica"},
		{"archive_command", "/usr/bin/rsync -a %p backup@vault.example::wal/%f", "rsync …"},
		{"archive_command", "PGPASSWORD=hunter2 push %p", "(set)"},
		{"archive_command", "/bin/true", "true"},
		{"archive_command", "", ""},
		{"primary_conninfo", "host=a password=b", "(set)"},
		{"app.token", "secret", "(set)"},
		{"ssl_passphrase_command", "echo secret", "echo …"},
		{"cluster_name", "a\x1b[2Jb", "a[2Jb"},
	} {
		require.Equal(t, test.want, presentable(test.name, test.value), test.name)
	}
}
