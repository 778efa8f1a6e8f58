package host

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestLogTargets(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, text string
		want       []estate.LogTarget
	}{
		"omfwd over TLS, over several lines": {"/etc/rsyslog.d/60-forward.conf", "*.* action(type=\"omfwd\" target=\"logs.example\" port=\"6514\" protocol=\"tcp\"\n  StreamDriver=\"gtls\" StreamDriverMode=\"1\"\n",
			[]estate.LogTarget{{Host: "logs.example", Port: 6514, TLS: true}}},
		"port on a line of its own": {"/etc/rsyslog.conf", "action(type=\"omfwd\" target=\"logs.example\"\n  port=\"1514\")\n", []estate.LogTarget{{Host: "logs.example", Port: 1514}}},
		"old language over TLS":     {"/etc/rsyslog.conf", "$ActionSendStreamDriverMode 1 # TLS\n*.* @@(o)logs.example:10514\n", []estate.LogTarget{{Host: "logs.example", Port: 10514, TLS: true}}},
		"old language in clear":     {"/etc/rsyslog.conf", "$ActionSendStreamDriverMode 0\n*.* @logs.example\n", []estate.LogTarget{{Host: "logs.example", Port: 514}}},
		"syslog-ng over TLS":        {"/etc/syslog-ng/syslog-ng.conf", "  network(\"logs.example\" port(6514) transport(\"tls\")\n    tls(ca-dir(\"/etc/ca\")));\n", []estate.LogTarget{{Host: "logs.example", Port: 6514, TLS: true}}},
		"fluent-bit":                {"/etc/fluent-bit/fluent-bit.conf", "    Host    logs.example\n    Port    24224\n    tls     on\n", []estate.LogTarget{{Host: "logs.example", Port: 24224, TLS: true}}},
		"filebeat":                  {"/etc/filebeat/filebeat.yml", "  hosts: [\"a.example:5044\", \"b.example:5044\"]\n  ssl.certificate_authorities: [\"/etc/ca.pem\"]\n", []estate.LogTarget{{Host: "a.example", Port: 5044, TLS: true}, {Host: "b.example", Port: 5044, TLS: true}}},
		"by URL":                    {"/etc/promtail/config.yml", "  - url: https://loki.example:3100/loki/api/v1/push\n", []estate.LogTarget{{Host: "loki.example", Port: 3100, TLS: true}}},
		"only receives":             {"/etc/rsyslog.d/10-receive.conf", "input(type=\"imtcp\" port=\"6514\" address=\"10.0.0.1\")\n", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, logTargets(tt.file, strings.Split(tt.text, "\n")))
		})
	}
}
