package rules

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// sshSettings are the settings of sshd that are in force. The first file that states one wins; distributions read
// sshd_config.d before the rest of sshd_config. What a Match block says holds for some alone and is left out.
func sshSettings(s estate.Section[[]estate.Configuration]) (settings map[string]string, known bool) {
	var files []estate.Configuration
	for _, c := range s.Value {
		if c.Product == "sshd" {
			files = append(files, c)
		}
	}
	slices.SortFunc(files, func(a, b estate.Configuration) int {
		main := func(c estate.Configuration) int {
			if path.Base(c.File) == "sshd_config" {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(main(a), main(b)), cmp.Compare(a.File, b.File))
	})
	settings = map[string]string{}
	for _, c := range files {
		known = known || path.Base(c.File) == "sshd_config"
		for _, option := range c.Settings {
			name := strings.ToLower(option.Name)
			if _, stated := settings[name]; !stated && !strings.HasPrefix(name, "match.") {
				settings[name] = strings.ToLower(option.Value)
			}
		}
	}
	return settings, known
}

// sshFields say what sshd of the machine lets in.
func sshFields() []Field {
	setting := func(field string, names []string, unstated, doc string) Field {
		return ofHost(field, expr.TypeText, doc, func(m *machine) Fact {
			for _, name := range names {
				if value, stated := m.settings[name]; stated {
					return word(value)
				}
			}
			if gap, partial := partial("configurations", m.Configurations); !m.sshd && partial {
				return missing(gap)
			}
			if !m.sshd {
				return word("") // no OpenSSH there
			}
			return word(unstated)
		})
	}
	return []Field{
		setting("host.ssh_root", []string{"permitrootlogin"}, "prohibit-password", "PermitRootLogin in force; empty where no sshd_config is"),
		setting("host.ssh_password", []string{"passwordauthentication"}, "yes", "PasswordAuthentication in force"),
		setting("host.ssh_empty_password", []string{"permitemptypasswords"}, "no", "PermitEmptyPasswords in force"),
		setting("host.ssh_x11", []string{"x11forwarding"}, "no", "X11Forwarding in force"),
		setting("host.ssh_gateway", []string{"gatewayports"}, "no", "GatewayPorts in force"),
		setting("host.ssh_host_based", []string{"hostbasedauthentication"}, "no", "HostbasedAuthentication in force"),
		setting("host.ssh_ciphers", []string{"ciphers"}, "", "Ciphers as stated"),
		setting("host.ssh_macs", []string{"macs"}, "", "MACs as stated"),
		setting("host.ssh_key_exchange", []string{"kexalgorithms"}, "", "KexAlgorithms as stated"),
	}
}
