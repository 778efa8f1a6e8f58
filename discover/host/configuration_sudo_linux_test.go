package host

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSettingsBySudo: a closed file is read by the very command that its grant names, where sudo is wished for and
// granted; else it is named as closed. What sudo read passes through the same lists.
func TestSettingsBySudo(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can become an account that may not read")
	}
	folder, err := os.MkdirTemp("/tmp", "closed")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(folder) })
	require.NoError(t, os.Chmod(folder, 0o755))
	closed, hidden := filepath.Join(folder, "odoo.conf"), filepath.Join(folder, "inner", "odoo.conf")
	require.NoError(t, os.WriteFile(closed, []byte("x"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "inner"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "sudo"), []byte("#!/bin/sh\n[ \"$*\" = \"-n cat "+closed+"\" ] && printf '[options]\\nworkers = 3\\nadmin_passwd = Kw7Zr0pLm\\n'\n"), 0o755))
	functions := prelude[strings.Index(prelude, "F='")+3 : strings.Index(prelude, "T=")]
	functions = functions[:strings.LastIndex(functions, "'")]
	c := catalogue()[0]
	c.files = closed + " " + hidden + " " + filepath.Join(folder, "none.conf")
	for allowed, want := range map[string]string{
		"":  "denied odoo " + closed + "\ndenied odoo " + hidden + "\n",
		"1": "file odoo " + closed + "\nset workers\t3\nset admin_passwd\tset\ndenied odoo " + hidden + "\n",
	} {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "exec 5>&2\nPATH="+folder+":$PATH\nSUDO="+allowed+"\n"+functions+settingsShell+"SETTINGS='"+settingsAWK+"'\n"+c.shell())
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		cmd.Dir = "/"
		var marks strings.Builder
		cmd.Stderr = &marks
		out, err := cmd.Output()
		require.NoError(t, err)
		require.Equal(t, want, string(out))
		require.Equal(t, allowed == "1", strings.Contains(marks.String(), "sudo\n"), "the mark of provenance")
	}
}
