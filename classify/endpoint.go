package classify

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// splitEndpoint reads "host", "host:port", "[v6]:port" or a URL. The port is 0 where none is said, or
// none that there is.
func splitEndpoint(text string) (string, int) {
	if strings.Contains(text, "://") {
		u, err := url.Parse(text)
		if err != nil {
			return "", 0
		}
		if port := portIn(u.Port()); port > 0 || u.Port() != "" {
			return u.Hostname(), port
		}
		return u.Hostname(), portOf(schemeProtocol(u.Scheme))
	}
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().String(), int(ap.Port())
	}
	if i := strings.LastIndexByte(text, ':'); i >= 0 && strings.Count(text, ":") == 1 {
		if port := portIn(text[i+1:]); port > 0 {
			return strings.Trim(text[:i], "[]"), port
		}
	}
	return strings.Trim(text, "[]"), 0
}

// portIn reads a port number, 0 for what is none.
func portIn(text string) int {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int(port)
}

// schemeOf is the scheme of a URL; empty for what is none.
func schemeOf(text string) string {
	scheme, _, ok := strings.Cut(text, "://")
	if !ok {
		return ""
	}
	return strings.ToLower(scheme)
}
