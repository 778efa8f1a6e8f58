package host

import (
	"iter"
	"net/netip"
	"strings"

	"nightferry/internal/remote"
)

// The limits of what is kept of a host's own words.
const (
	longestWord  = 200
	longestLine  = 16 * kib
	mostRows     = 50_000
	mostArgument = 200 // arguments of a process that are looked at
)

// clean makes a word of a host safe to show and to write: see [remote.CleanLine]. It is capped in runes.
func clean(s string) string {
	s = strings.TrimSpace(remote.CleanLine(s))
	if len(s) > longestWord {
		runes := []rune(s)
		return string(runes[:min(len(runes), longestWord)])
	}
	return s
}

// lines walks over the lines of a body that hold something, within limits.
func lines(body string) iter.Seq[string] {
	return func(yield func(string) bool) {
		n := 0
		for line := range strings.SplitSeq(body, "\n") {
			if strings.TrimSpace(line) == "" {
				continue
			}
			if n++; n > mostRows || !yield(line[:min(len(line), longestLine)]) {
				return
			}
		}
	}
}

// pairs reads lines of KEY=VALUE; the last of a key wins, an empty value does not.
func pairs(body string) map[string]string {
	found := map[string]string{}
	for line := range lines(body) {
		if key, value, ok := strings.Cut(line, "="); ok {
			if value = clean(strings.Trim(strings.TrimSpace(value), `"'`)); value != "" {
				found[clean(key)] = value
			}
		}
	}
	return found
}

// isHostname tells whether s has the form of a DNS name or is an IP address. It says nothing about existence.
func isHostname(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	if len(s) == 0 || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
				return false
			}
		}
	}
	return true
}

// isThisMachine tells whether a name means the machine itself, wherever it is said.
func isThisMachine(s string) bool {
	if s == "localhost" || s == "localhost.localdomain" || s == "ip6-localhost" {
		return true
	}
	address, err := netip.ParseAddr(s)
	return err == nil && (address.IsLoopback() || address.IsUnspecified())
}
