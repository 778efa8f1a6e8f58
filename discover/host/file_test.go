package host

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestConfigurationFiles(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("ab", 32)
	body := "n 500 2\ns /etc/hosts 12 1700000000 root:root 644\ns /etc/sudoers 12 1700000000 root:root 440\ns /etc/hosts 12 1700000000 root:root 644\ns odd x\nh " + sum + " /etc/hosts\nh zz /etc/sudoers\ndenied /etc/sudoers\n"
	s := configurationFiles(transcript{frames: map[string]frame{"drift": {body: body}, "identity": {body: "me=assess"}}})
	require.Equal(t, []estate.File{
		{Path: "/etc/hosts", SHA256: sum, Bytes: 12, Modified: time.Unix(1700000000, 0).UTC(), Owner: "root:root", Mode: "644"},
		{Path: "/etc/sudoers", Bytes: 12, Modified: time.Unix(1700000000, 0).UTC(), Owner: "root:root", Mode: "440"},
	}, s.Value)
	require.True(t, s.Truncated)
	require.Equal(t, "1 of 2 files may not be read, and have no hash; 2 files with odd names are left out", s.Problem)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/cat /etc/sudoers", s.Grant)
}

// TestHashSaysNothingOfSecrets: two files that differ in a secret alone have one hash, and what the quick search for
// secrets passes by is what the mask leaves as it is.
func TestHashSaysNothingOfSecrets(t *testing.T) {
	t.Parallel()
	mask := func(text string) string {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", maskOnHost()+"secrets")
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.Output()
		require.NoError(t, err)
		return string(out)
	}
	sum := func(text string) string {
		h := sha256.Sum256([]byte(mask(text)))
		return hex.EncodeToString(h[:])
	}
	require.Equal(t, sum("db_password = one\nx = 1\n"), sum("db_password = two\nx = 1\n"))
	require.NotEqual(t, sum("db_password = one\nx = 1\n"), sum("db_password = one\nx = 2\n"))
	folder := t.TempDir()
	for i, line := range []string{"curl -u a:b http://x", "SSHPASS=x", "Authorization: Bearer x", "api_key=1", "ldapsearch -w x", "redis-cli -a x", "x --user a:b", "tar --proxy-user a:b", "abcdefabcdefabcdefabcdefabcdefab", "zip -P x", "some-key: x",
		"credential x", "swaks -ap x", "mongo -p x", "x --login-path=a%b", "7z -p x", "curl -U a:b c", "smbclient -p x", "lftp -p x", "openssl -p x", "listen 443 ssl;", "*.* @logs.example", "30 2 * * * root /usr/local/sbin/x"} {
		file := filepath.Join(folder, string(rune('a'+i)))
		require.NoError(t, os.WriteFile(file, []byte(line+"\n"), 0o600))
		err := exec.CommandContext(t.Context(), "grep", "-q", "-i", "-E", "-e", maybeSecret, file).Run()
		if mask(line+"\n") != line+"\n" {
			require.NoError(t, err, "the mask changes %q, and the search passes it by", line)
		}
	}
}

// TestDriftProbe runs the probe here: no file is told twice, and a hash is that of the masked content.
func TestDriftProbe(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/etc/hosts"); err != nil {
		t.Skip("no /etc/hosts here")
	}
	var out bytes.Buffer
	prefix, _, _ := strings.Cut(prelude[strings.Index(prelude, "F='")+3:], "'\n")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "SUDO=\n"+prefix+driftProbe().shell)
	cmd.Stdout = &out
	require.NoError(t, cmd.Run())
	d := parseDrift(out.String())
	require.NotEmpty(t, d.files)
	for _, f := range d.files {
		if f.Path == "/etc/hosts" {
			require.Len(t, f.SHA256, 64)
			return
		}
	}
	t.Fatal("no /etc/hosts")
}

func TestChangedFiles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want []estate.ChangedFile
	}{
		"Debian": {"content conf /etc/nginx/nginx.conf\ncontent file /usr/sbin/sshd\nmissing conf /etc/cron.d/x\ndenied conf /etc/sudoers\ncontent file odd\n",
			[]estate.ChangedFile{{Path: "/etc/cron.d/x", Change: "missing", Config: true}, {Path: "/etc/nginx/nginx.conf", Change: "content", Config: true}, {Path: "/usr/sbin/sshd", Change: "content"}}},
		"rpm": {"rpm S.5....T.  c /etc/ssh/sshd_config\nrpm .......T.  c /etc/hosts\nrpm missing   c /etc/issue\nrpm missing     /usr/bin/x\nrpm ..5....T.    /usr/bin/y\n",
			[]estate.ChangedFile{{Path: "/etc/issue", Change: "missing", Config: true}, {Path: "/etc/ssh/sshd_config", Change: "content", Config: true}, {Path: "/usr/bin/x", Change: "missing"}, {Path: "/usr/bin/y", Change: "content"}}},
		"apk":  {"apk A etc/new\napk U etc/ssh/sshd_config\napk X etc/motd\napk e etc/x\n", []estate.ChangedFile{{Path: "/etc/motd", Change: "missing", Config: true}, {Path: "/etc/ssh/sshd_config", Change: "content", Config: true}}},
		"none": {"", []estate.ChangedFile{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := changedFiles(transcript{frames: map[string]frame{"changed": {body: tt.body}, "identity": {body: "me=assess"}}})
			require.Equal(t, tt.want, s.Value)
			if name == "Debian" {
				require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/md5sum /etc/sudoers", s.Grant)
			}
		})
	}
}

// FuzzPlatform feeds every parser of how a machine is kept: no panic, nothing in the result that could act.
func FuzzPlatform(f *testing.F) {
	for _, seed := range []string{firstMoment, secondMoment, "NAME=\"sda\" SIZE=\"1\" PKNAME=\"\\x20\\xzz\"\n", "route default via 10.0.0.1 dev eth0\nhex eth0 0 0 0 0 0 0 FF\nupstream nameserver ::1\n",
		"manager=apt\napt a/b-security 1 x\napk a-1-r1 < 2\nwhy=stale\ncounted 1 updates\n", "conf /etc/rsyslog.conf\n*.* @@[::1]:514\nhosts: [\"a\"]\nntpq *\nchrony Reference ID : 0 (\x1b)\n",
		"zone +9999\nlog a 1 2 3 4 5\nclosed /var/log/\u202e 1\n\nId=x\nExecMainStatus=\x00\n", "f\t1\t1\t1\t1\t1\t/srv\t*.hl7\nd\t1\t/var/backups/\x1b\nn\tx\ne\t1\t0\n",
		"A ALL=(B) NOPW: \\\nX_Alias Y = Z : W =\nown (\nown         x\n", "s /a 1 1 r:r 6\nh 00 /a\nn 1 1\n", "rpm S.5 c /a\ncontent x /b\napk U c\n", "# a;timestamp;CPU\nx;1 2;-1\n"} {
		f.Add(seed)
	}
	keys := []string{"folders", "disks", "network", "updates", "safeguards", "loadbefore", "loadafter", "sysstat", "backups", "sudoers", "drift", "changed"}
	f.Fuzz(func(t *testing.T, body string) {
		read := transcript{self: 42, frames: map[string]frame{"identity": {body: "me=assess"}}}
		for _, key := range keys {
			read.frames[key] = frame{body: body}
		}
		h := keptHost(func(h *estate.Host) { h.Schedules.Value = parseCrontab(body, "root") })
		fillPlatform(h, read)
		requireClean(t, *h)
	})
}
