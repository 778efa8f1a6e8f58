package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/engagement"
	"nightferry/testdata/lab"
)

// TestWatchSeesNotItself watches the lab twice, one run right after the other, while nobody else does: the bastion, by
// which we come, is no partner of the database, and its tunnels are none of the bastion's.
func TestWatchSeesNotItself(t *testing.T) {
	l := lab.Exclusive(t)
	dir := t.TempDir()
	text, err := os.ReadFile("sample/engagement.yaml")
	require.NoError(t, err)
	text = []byte(strings.ReplaceAll(string(text), "~/.cache/nightferry/lab", l.Dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, engagement.FileName), text, 0o600))
	env := os.Environ()
	for account, password := range l.Canaries().Passwords {
		env = append(env, "NF_LAB_"+strings.ToUpper(account)+"="+password)
	}
	for range 2 {
		cmd := exec.Command("nightferry", "-C", dir, "discover", "--watch", "20s", "--every", "10s", "--fresh",
			"--only", "host/bastion,host/erp-db,postgres/erp")
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		folder, err := engagement.Open(dir)
		require.NoError(t, err)
		in, err := folder.Inventory()
		require.NoError(t, err)
		require.NoError(t, folder.Close())
		database, _ := in.Samples.Host("erp-db")
		require.Equal(t, 2, database.PeerSamples)
		require.NotEmpty(t, database.Peers)
		for _, p := range database.Peers {
			require.NotEqual(t, l.Machine(t, "bastion").Inside, p.PeerAddress, "%+v", p)
		}
		bastion, _ := in.Samples.Host("bastion")
		for _, p := range bastion.Peers {
			require.NotEqual(t, l.Machine(t, "erp-db").Inside, p.PeerAddress, "%+v", p)
		}
		server, _ := in.Samples.PostgresServer("erp")
		require.Equal(t, 2, server.ClientSamples)
	}
}
