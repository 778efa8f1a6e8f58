package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestParseSudoers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   string
		want   []estate.SudoRule
		closed []string
	}{
		"Debian": {"# comment\nDefaults\tenv_reset\nDefaults secure_path=\"/usr/sbin:/usr/bin\"\nroot\tALL=(ALL:ALL) ALL\n%sudo   ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n#includedir /etc/sudoers.d\nitsupport ALL=(ALL) NOPW: ALL\n",
			[]estate.SudoRule{{Who: "%sudo", As: "ALL", Programs: []string{"ALL"}}, {Who: "itsupport", As: "ALL", Programs: []string{"ALL"}, NoPassword: true}, {Who: "root", As: "ALL", Programs: []string{"ALL"}}}, nil},
		"aliases and tags": {"User_Alias OPS = alice, bob : DBA = %dba\nRunas_Alias PG = postgres\nCmnd_Alias SERVICES = /bin/systemctl restart odoo, \\\n  /bin/systemctl stop odoo, LOGS\nCmnd_Alias LOGS=/usr/bin/tail -f /var/log/odoo/Quarzling\\, x.log\n" +
			"OPS ALL = NOPW: SERVICES, PW: /bin/su -\nDBA db1, db2=(PG) NOEXEC: NOPW: /usr/bin/psql : web=(root:root) /bin/ls\n",
			[]estate.SudoRule{
				{Who: "%dba", As: "postgres", Programs: []string{"/usr/bin/psql"}, NoPassword: true}, {Who: "%dba", As: "root", Programs: []string{"/bin/ls"}},
				{Who: "alice", As: "root", Programs: []string{"/bin/su"}}, {Who: "alice", As: "root", Programs: []string{"/bin/systemctl", "/usr/bin/tail"}, NoPassword: true},
				{Who: "bob", As: "root", Programs: []string{"/bin/su"}}, {Who: "bob", As: "root", Programs: []string{"/bin/systemctl", "/usr/bin/tail"}, NoPassword: true},
			}, nil},
		"lists, digests, negation": {"#1001 , ferry ALL=(odoo, postgres) NOPW: sha256:*** /bin/cat x, !/bin/sh\nring ALL=A\nCmnd_Alias A = B\nCmnd_Alias B = A\nnonsense\n= x\n%d\n",
			[]estate.SudoRule{{Who: "#1001", As: "odoo,postgres", Programs: []string{"!/bin/sh", "/bin/cat"}, NoPassword: true}, {Who: "ferry", As: "odoo,postgres", Programs: []string{"!/bin/sh", "/bin/cat"}, NoPassword: true}, {Who: "ring", As: "root", Programs: []string{"A"}}}, nil},
		"one's own": {"own Matching Defaults entries for assess on erp:\nown     env_reset\nown \nown User assess may run the following commands on erp:\nown     (root) NOPW: /usr/bin/ss -n -t, /bin/cat\nown         /etc/sudoers\nown     (postgres) /usr/bin/psql\n@closed /etc/sudoers.d\n",
			[]estate.SudoRule{{Who: "assess", As: "postgres", Programs: []string{"/usr/bin/psql"}}, {Who: "assess", As: "root", Programs: []string{"/bin/cat", "/usr/bin/ss"}, NoPassword: true}}, []string{"/etc/sudoers.d"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := parseSudoers(tt.body, "assess")
			require.ElementsMatch(t, tt.want, s.rules)
			require.Equal(t, tt.closed, s.closed)
		})
	}
}

func TestSudoRules(t *testing.T) {
	t.Parallel()
	read := func(f frame) transcript {
		return transcript{frames: map[string]frame{"sudoers": f, "identity": {body: "me=assess"}, "programs": {body: "cat=/bin/cat\nls=/bin/ls\n"}}}
	}
	s := sudoRules(read(frame{code: exitDenied}))
	require.Equal(t, estate.Denied, s.Coverage)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /bin/cat /etc/sudoers, /bin/ls /etc/sudoers.d", s.Grant)
	s = sudoRules(read(frame{body: "own     (root) NOPW: /bin/ls\n", root: true}))
	require.Equal(t, estate.Denied, s.Coverage, "one's own rights are not all")
	require.Len(t, s.Value, 1)
	s = sudoRules(read(frame{body: "root ALL=(ALL) ALL\n@closed /etc/sudoers.d\n@closed /etc/sudoers.d/ops\n", root: true}))
	require.Equal(t, estate.Known, s.Coverage)
	require.Equal(t, "sudo", s.Privilege)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /bin/ls /etc/sudoers.d, /bin/cat /etc/sudoers.d/ops", s.Grant)
	require.Equal(t, estate.Absent, sudoRules(read(frame{code: exitAbsent})).Coverage)
}
