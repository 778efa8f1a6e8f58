package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestDirectionOfACommand(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]estate.Direction{
		"curl -fsS https://partner.example/x":                   estate.Pull,
		"curl -T report.csv https://partner.example/in":         estate.Push,
		"curl --data=@x https://partner.example/in":             estate.Push,
		"curl -X POST https://partner.example/in":               estate.Push,
		"wget -q https://partner.example/x":                     estate.Pull,
		"wget --post-file=x https://partner.example/x":          estate.Push,
		"scp /srv/out/a lab@partner.example:in/":                estate.Push,
		"scp -q lab@partner.example:out/a /srv/in >/dev/null":   estate.Pull,
		"rsync -a /srv/ backup.example::store/":                 estate.Push,
		"rsync -a --delete rsync://mirror.example/x /srv/ 2>&1": estate.Pull,
		"rsync -a /srv/a /srv/b":                                "",
		"sftp -b /etc/batch lab@partner.example":                "",
		"aws s3 cp /srv/a s3://bucket/a":                        estate.Push,
		"aws s3 sync s3://bucket /srv":                          estate.Pull,
		"aws ec2 describe":                                      "",
		"lftp -c 'open ftp.partner.example; mput *.csv'":        "", // the shell's view ends at ";"
		"lftp -e mirror -R /srv /in ftp.partner.example":        estate.Push,
		"psql -h db.example clinic":                             "",
	} {
		calls := commandsIn(line)
		require.NotEmpty(t, calls, line)
		require.Equal(t, want, calls[0].direction, line)
	}
	found := parseScripts("/usr/local/bin/push:scp /srv/out/a lab@partner.example:in/\n")
	require.Equal(t, []estate.OutboundCall{{Where: "/usr/local/bin/push", Program: "scp", Hosts: []string{"partner.example"}, Direction: estate.Push}}, found)
}
