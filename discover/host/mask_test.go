package host

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSecretsAreMaskedOnTheHost runs the script's own filter over lines with a secret, in each sed there is.
func TestSecretsAreMaskedOnTheHost(t *testing.T) {
	t.Parallel()
	const secret = "Kw7Zr0pLm"
	lines := []string{
		"curl -u assess:" + secret + " https://fhir.partner.example/Patient",
		`curl -u "assess:` + secret + `" https://fhir.partner.example`,
		"curl --user=assess:" + secret + " https://a.example",
		"curl -uassess:" + secret + " https://a.example",
		"curl\t-u\tassess:" + secret + "\thttps://a.example",
		"curl https://assess:" + secret + "@fhir.partner.example/x",
		"curl https://" + secret + "@fhir.partner.example/x",
		`curl -H "Authorization: Bearer ` + secret + `" https://a.example`,
		`curl -H "Authorization: Basic ` + secret + `=" https://a.example`,
		`curl -H 'X-Api-Key: ` + secret + `' https://a.example`,
		"ehr-sim --token=" + secret + " --to 10.0.0.1:2575",
		"ehr-sim\t--token\t" + secret,
		"PGPASSWORD=" + secret + " pg_dump -h erp-db clinic",
		`PASSWORD="` + secret + ` with words" run`,
		"db_password = " + secret,
		"mysqldump -u root -p" + secret + " crm",
		"mysql\t-uroot\t-p" + secret + "\tcrm",
		"sshpass -p " + secret + " ssh host",
		"ldapsearch -D cn=admin -w " + secret + " -b dc=x",
		"redis-cli -h 10.0.0.1 -a " + secret + " info",
		"//nas.clinic.example/scans /mnt/scans cifs username=scan,password=" + secret + ",noauto 0 0",
		"smbclient -U scan%" + secret + " //nas/scans",
		"AWS_SECRET_ACCESS_KEY=" + secret + " aws s3 cp",
		"some-access-key: " + secret,
		"export API_KEY='" + secret + "'",
		"client_secret=" + secret + "&grant=x",
		"psql postgresql://odoo:" + secret + "@erp-db/clinic",
		"psql postgresql://odoo:a/" + secret + "@erp-db/clinic",
		"swaks --to a@b.example -au user -ap " + secret,
	}
	for _, sed := range [][]string{{"sed"}, {"busybox", "sed"}} {
		t.Run(strings.Join(sed, " "), func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(sed[0]); err != nil {
				t.Skipf("no %s here", sed[0])
			}
			filter := prelude[strings.Index(prelude, "logins() {"):strings.Index(prelude, "p() {")]
			if sed[0] == "busybox" {
				filter = "sed() { busybox sed \"$@\"; }\n" + filter
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", filter+"secrets")
			cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
			out, err := cmd.Output()
			require.NoError(t, err)
			masked := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			require.Len(t, masked, len(lines))
			for i, line := range masked {
				require.NotContains(t, line, secret, "of %q", lines[i])
			}
			require.Contains(t, string(out), "fhir.partner.example", "the host is what we came for")
			require.Contains(t, masked[10], "10.0.0.1:2575")
			require.Contains(t, masked[20], "//nas.clinic.example/scans")
			require.Contains(t, masked[26], "erp-db")
		})
	}
}

// TestScript: what is sent keeps the promises of Explain.
func TestScript(t *testing.T) {
	t.Parallel()
	sent := script("RANDOM", false)
	require.NotContains(t, sent, "<<", "here-documents make temporary files")
	require.Regexp(t, `^LC_ALL=C`, sent)
	const asRoot = `root() { [ -n "$SUDO" ] && sudo -n "$@" && echo sudo >&5; }`
	const mayRoot = `may() { [ -n "$SUDO" ] && sudo -n -l "$@" >/dev/null; }`
	require.Contains(t, sent, asRoot)
	require.Contains(t, sent, mayRoot)
	require.Contains(t, sent, "SUDO=''", "sudo is asked for only where it is wished")
	for line := range strings.SplitSeq(strings.NewReplacer(asRoot, "", mayRoot, "").Replace(sent), "\n") {
		rest := strings.NewReplacer(">/dev/null", "", "2>/dev/null", "", ">&3", "", ">&4", "", "5>&3", "", "3>&-", "", "4>&-", "", "3>&1", "", "4>&1", "", "=>", "").Replace(line)
		rest = strings.NewReplacer("<", "").Replace(rest)
		require.NotRegexp(t, `[^-\\]>[^&=]`, rest, "a redirection writes a file")
		require.NotRegexp(t, `(^|[;|&] *|then |do )(rm|mv|cp|touch|mkdir|tee|install|sudo|chmod|chown|kill|systemctl (start|stop|restart|enable)) `, line)
	}
	seen := map[string]bool{}
	for _, p := range probes() {
		require.False(t, seen[p.key], p.key)
		seen[p.key] = true
		require.NotEmpty(t, p.source, p.key)
		require.Positive(t, p.limit, p.key)
		asRoot := regexp.MustCompile(`(^|[;|&({]|\b(then|do|if|elif|else)|=\$\() *(root|show) `).MatchString(strings.ReplaceAll(p.shell, "\n", ";"))
		require.Equal(t, len(p.root) > 0, asRoot, "%s: what is run as root is printed by Grants, and nothing else", p.key)
		require.NotContains(t, p.shell, "sudo -n", p.key)
	}
	require.NotEqual(t, script("one", false), script("two", false))
}
