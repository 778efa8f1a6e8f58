package method

import (
	"cmp"
	"fmt"
	"slices"

	"nightferry/internal/estate"
)

// upgrade is the code of the obstacle that a standby has the legacy version, and pg_upgrade follows.
const upgrade = "pg-upgrade"

// upgrades tells whether pg_upgrade is part of the option.
func (o Option) upgrades() bool { return hasUpgrade(o.MethodChoice) }

// Upgrades tells whether the piece's method ends with pg_upgrade.
func (p Piece) Upgrades() bool {
	return slices.ContainsFunc(p.Options, func(o Option) bool { return o.Method == p.Method && o.upgrades() })
}

func hasUpgrade(m estate.MethodChoice) bool {
	return slices.ContainsFunc(m.Obstacles, func(o estate.Obstacle) bool { return o.Code == upgrade })
}

// standby judges a physical standby: of the same major version, architecture and collation provider, and where the target
// is newer, upgraded in place once it has taken over.
func (c chooser) standby(server estate.PostgresServer, d estate.Database, move estate.Move, target int) estate.MethodChoice {
	major := server.Version.Value.Major()
	within := target
	if target > major && server.Version.Coverage.IsKnown() {
		within = major
	}
	m := choiceOf(estate.MoveMethods(server, d, within), estate.PhysicalReplication)
	if within != target {
		m.Obstacles = append(m.Obstacles, estate.Obstacle{Code: upgrade, Why: fmt.Sprintf("the standby is of %d, as the legacy server, and pg_upgrade brings it to %d once it has taken over", major, target),
			Mend: fmt.Sprintf("install the programs of both %d and %d on the target; after it, only the legacy server as it was frozen is left to fall back on", major, target)})
	}
	c.sameArchitecture(&m, cmp.Or(move.From.DatabaseHost, server.Host), move.To.DatabaseHost)
	c.sameCollation(&m, d, move.To.Server)
	if m.Open == estate.Yes && len(m.Unknown) > 0 {
		m.Open = estate.NoIdea
	}
	return m
}

func choiceOf(all []estate.MethodChoice, method estate.MoveMethod) estate.MethodChoice {
	for _, m := range all {
		if m.Method == method {
			return m
		}
	}
	return estate.MethodChoice{Method: method, Open: estate.No}
}

// sameArchitecture closes the method between different processors.
func (c chooser) sameArchitecture(m *estate.MethodChoice, from, to string) {
	a, b := c.architecture(from), c.architecture(to)
	switch {
	case a == "" || b == "":
		m.Unknown = append(m.Unknown, "the architecture of both hosts")
	case a != b:
		m.Open = estate.No
		m.Obstacles = append(m.Obstacles, estate.Obstacle{Code: "architecture", Hard: true, Why: fmt.Sprintf("the legacy host is %s, the target %s: data files do not carry over", a, b)})
	}
}

func (c chooser) architecture(host string) string {
	h, _ := c.host(host)
	if !h.Identity.Coverage.IsKnown() {
		return ""
	}
	return h.Identity.Value.Architecture
}

// sameCollation compares how both sides sort. A standby brings the data files and not the library that they were sorted by.
func (c chooser) sameCollation(m *estate.MethodChoice, d estate.Database, target string) {
	if d.Locale.Coverage.IsKnown() && (d.Locale.Value.Collate == "C" || d.Locale.Value.Collate == "POSIX") {
		return // sorted by bytes, everywhere
	}
	t, _ := c.server(target)
	for _, other := range t.Databases.Value {
		if !d.Locale.Coverage.IsKnown() || !other.Locale.Coverage.IsKnown() || d.Locale.Value.Provider != other.Locale.Value.Provider {
			continue
		}
		from, to := d.Locale.Value.Actual, other.Locale.Value.Actual
		if from != "" && to != "" && from != to {
			m.Obstacles = append(m.Obstacles, estate.Obstacle{Code: "collation", Why: fmt.Sprintf("%s sorts by version %s on the legacy side, %s on the target: every index on text would be wrong",
				d.Locale.Value.Provider, from, to), Mend: "REINDEX everything that is sorted by it before users are let in"})
		}
		if from != "" && to != "" {
			return
		}
	}
	m.Unknown = append(m.Unknown, "whether both sides sort text by the same version of the same library")
}
