package host

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSudoLine(t *testing.T) {
	t.Parallel()
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/crontab -l -u root, /usr/bin/crontab -l -u odoo",
		sudoLine("assess", []string{"/usr/bin/crontab", "-l", "-u", "root"}, []string{"/usr/bin/crontab", "-l", "-u", "odoo"}))
	require.Empty(t, sudoLine("x ALL=(ALL) ALL #", []string{"/usr/bin/true"}), "a name made to be pasted")
	for _, name := range []string{"a, /bin/sh", "*", "a b", "", "a\nb", "!all"} {
		require.Empty(t, sudoLine("assess", []string{"/usr/bin/crontab", "-l", "-u", name}), "%q", name)
	}
}
