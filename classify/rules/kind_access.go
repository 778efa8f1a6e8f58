package rules

import (
	"cmp"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

func accessKind() kind {
	return kind{name: "access", doc: "a line of pg_hba.conf", within: "postgres",
		groups: within("access rules", accessOf),
		fields: []Field{
			about("access.place", expr.TypeText, "its file, and its number where the server told it", func(a *estate.AccessRule) Fact {
				if a.Line == 0 {
					return word(a.File)
				}
				return word(cmp.Or(a.File, "pg_hba.conf") + ":" + strconv.Itoa(a.Line))
			}),
			about("access.type", expr.TypeText, "local, host, hostssl, hostnossl, ...", func(a *estate.AccessRule) Fact { return word(a.Type) }),
			about("access.method", expr.TypeText, "how a caller proves who it is", func(a *estate.AccessRule) Fact { return word(a.Method) }),
			about("access.from", expr.TypeText, "from where", func(a *estate.AccessRule) Fact {
				return word(cmp.Or(strings.TrimSuffix(a.Address+"/"+a.Netmask, "/"), "the machine itself"))
			}),
			about("access.who", expr.TypeText, "who to what", func(a *estate.AccessRule) Fact {
				return word(strings.Join(a.Roles, ",") + " to " + strings.Join(a.Databases, ","))
			}),
			about("access.everywhere", expr.TypeBool, "from any address", func(a *estate.AccessRule) Fact { return truth(isEverywhere(*a)) }),
			about("access.network", expr.TypeBool, "by the network, and not from the machine itself", func(a *estate.AccessRule) Fact { return truth(a.Type != "local" && !isFromItself(*a)) }),
			about("access.clear", expr.TypeBool, "it lets in sessions without TLS", func(a *estate.AccessRule) Fact { return truth(a.Type == "host" || a.Type == "hostnossl") }),
			about("access.all_databases", expr.TypeBool, "to all databases", func(a *estate.AccessRule) Fact { return truth(slices.Contains(a.Databases, "all")) }),
			about("access.valid", expr.TypeBool, "it is a line that lets in or refuses", func(a *estate.AccessRule) Fact { return truth(!a.Broken) }),
			about("access.broken", expr.TypeBool, "the server cannot read it", func(a *estate.AccessRule) Fact {
				if a.Line == 0 {
					return missing(estate.Gap{Section: "access rules", Coverage: estate.Denied, Problem: "which lines it cannot read, the server alone can tell"})
				}
				return truth(a.Broken)
			}),
		}}
}

// accessOf are the rules by which a server lets callers in: as it tells them, else as the file says that root could read
// on its machine. Which lines of a file are broken does not show there, and those are not kept.
func accessOf(p *server) estate.Section[[]estate.AccessRule] {
	if p.Access.Coverage.IsKnown() || p.host == nil {
		return p.Access
	}
	var files []estate.Configuration
	for _, c := range p.host.Configurations.Value {
		if c.Product == "postgresql" && path.Base(c.File) == "pg_hba.conf" {
			files = append(files, c)
		}
	}
	if len(files) != 1 { // of several clusters on a machine, whose file is whose is not known
		return p.Access
	}
	s := estate.Know(files[0].File+" on "+p.host.Name, []estate.AccessRule{})
	for _, line := range files[0].Settings {
		a, ok := accessRule(line)
		if !ok {
			s.Truncated, s.Problem, s.Grant = true, "a line of "+files[0].File+" is not understood", p.Access.Grant
			continue
		}
		a.File = files[0].File
		s.Value = append(s.Value, a)
	}
	return s
}

// accessRule reads a line of pg_hba.conf: its type, and the rest up to the method.
func accessRule(line estate.Option) (estate.AccessRule, bool) {
	words := strings.Fields(line.Value)
	a := estate.AccessRule{Type: line.Name}
	most := 5 // databases, roles, address, netmask, method
	if a.Type == "local" {
		most = 3
	}
	if len(words) < 3 || len(words) > most || a.Type != "local" && len(words) < 4 {
		return a, false
	}
	a.Databases, a.Roles, a.Method = strings.Split(words[0], ","), strings.Split(words[1], ","), words[len(words)-1]
	if a.Type != "local" {
		a.Address = words[2]
		if len(words) == 5 {
			a.Netmask = words[3]
		}
	}
	return a, true
}

func isEverywhere(a estate.AccessRule) bool {
	return a.Type != "local" && (a.Address == "all" || (a.Address == "0.0.0.0" || a.Address == "::") && (a.Netmask == "0.0.0.0" || a.Netmask == "::") || a.Address == "0.0.0.0/0" || a.Address == "::/0")
}

func isFromItself(a estate.AccessRule) bool {
	host, _, _ := strings.Cut(a.Address, "/")
	address, err := netip.ParseAddr(host)
	return a.Address == "localhost" || a.Address == "samehost" || err == nil && address.IsLoopback()
}
