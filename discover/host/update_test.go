package host

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestUpdates(t *testing.T) {
	t.Parallel()
	at := time.Unix(1700000000, 0).UTC()
	tests := map[string]struct {
		body     string
		coverage estate.Coverage
		problem  string
		want     estate.Updates
	}{
		"Debian 12": {"manager=apt\nlists=1700000000\napt Listing...\napt bash/stable 5.2.15-2+b7 amd64 [upgradable from: 5.2.15-2+b2]\napt openssl/stable-security,stable 3.0.15 amd64 [upgradable from: 3.0.11]\nreboot=1\n",
			estate.Known, "", estate.Updates{Manager: "apt", Pending: []string{"bash", "openssl"}, Security: []string{"openssl"}, ListsAt: at, RebootRequired: true}},
		"Ubuntu 20.04": {"manager=apt\nlists=1700000000\napt base-files/focal-updates 11ubuntu5.8 amd64 [upgradable from: 11ubuntu5.7]\napt vim/focal-updates,focal-security 2:8.1 amd64 [upgradable from: 2:8.0]\napt libssl1.1/focal-infra-security 1.1 amd64 [upgradable from: 1.0]\ncounted 3 updates\n",
			estate.Known, "", estate.Updates{Manager: "apt", Pending: []string{"base-files", "libssl1.1", "vim"}, Security: []string{"libssl1.1", "vim"}, ListsAt: at}},
		"nothing pending": {"manager=apt\nlists=1700000000\n", estate.Known, "", estate.Updates{Manager: "apt", Pending: []string{}, Security: []string{}, ListsAt: at}},
		"Alpine": {"manager=apk\nlists=1700000000\napk Installed:                                Available:\napk busybox-1.36.1-r2                   < 1.36.1-r5 \napk ssl_client-1.36.1-r2 < 1.36.1-r5\n",
			estate.Known, "security", estate.Updates{Manager: "apk", Pending: []string{"busybox", "ssl_client"}, Security: []string{}, ListsAt: at}},
		"a cache that is too old": {"manager=apt\nlists=1700000000\nwhy=stale\nreboot=1\ncounted 12 updates\ncounted 5 of these updates\n", estate.NotAsked, "the machine itself counted: 12 updates, 5 of these updates; it says that it has to be restarted", estate.Updates{}},
		"no lists":                {"manager=apt\nlists=\nwhy=nolists\n", estate.Absent, "no lists", estate.Updates{}},
		"CentOS":                  {"manager=yum\nwhy=cache\n", estate.NotAsked, "asking yum would write a cache", estate.Updates{}},
		"root":                    {"manager=apt\nwhy=root\n", estate.NotAsked, "ordinary account", estate.Updates{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := updates(transcript{frames: map[string]frame{"updates": {body: tt.body}}}, estate.Identity{OS: "debian", OSVersion: "12"})
			require.Equal(t, tt.coverage, s.Coverage)
			require.Contains(t, s.Problem, tt.problem)
			require.Equal(t, tt.want, s.Value)
		})
	}
	s := updates(transcript{frames: map[string]frame{"updates": {body: "manager=apt\n"}}}, estate.Identity{OS: "debian", OSVersion: "9"})
	require.Contains(t, s.Problem, "security", "old archives of Debian name no suite for it")
}
