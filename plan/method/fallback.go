package method

import (
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

const (
	sourceOnly = "the legacy side as it was frozen"
	allLost    = "everything that was written in the landing zone since users were let in"
)

// fallBack judges the way back after the point of no return: reverse replication, from the target to the legacy server.
// It is promised only where everything that it needs was read.
func (c chooser) fallBack(method estate.MoveMethod, server estate.PostgresServer, d estate.Database, target estate.PostgresServer, move estate.Move) FallBack {
	no := func(why string) FallBack {
		return FallBack{Promised: estate.No, Way: sourceOnly, DataLoss: allLost, Why: why}
	}
	unsure := func(why string) FallBack {
		return FallBack{Promised: estate.NoIdea, Way: sourceOnly, DataLoss: allLost, Why: why}
	}
	if !server.Version.Coverage.IsKnown() || !target.Version.Coverage.IsKnown() {
		return unsure("the versions of both servers are not known")
	}
	from, to := server.Version.Value.Major(), target.Version.Value.Major()
	switch {
	case method == estate.PhysicalReplication && from != to:
		return no("after pg_upgrade only the source is left")
	case from < 10:
		return no(fmt.Sprintf("version %d of the legacy server cannot subscribe", from))
	}
	if why, differs := c.otherOdoo(move); differs != estate.No {
		if differs == estate.Yes {
			return no(why)
		}
		return unsure(why)
	}
	obstacles, known := estate.LogicalObstacles(d)
	var hard []string
	for _, o := range obstacles {
		if o.Hard || o.Code == "large-objects" {
			hard = append(hard, strings.TrimSpace(o.Object+" "+o.Why))
		}
	}
	switch {
	case len(hard) > 0:
		return no(fmt.Sprintf("reverse replication would stumble over %d %s, first: %s", len(hard), plural(len(hard), "obstacle", "obstacles"), hard[0]))
	case !known:
		return unsure("whether reverse replication would get through was not read: tables, types and large objects")
	}
	switch estate.GoingBack(d, to, from).Fails {
	case estate.Yes:
		return no(fmt.Sprintf("something in the schema does not exist in version %d", from))
	case estate.NoIdea:
		return unsure(fmt.Sprintf("whether all of the schema exists in version %d could not be read", from))
	}
	return FallBack{Promised: estate.Yes, Way: "reverse replication from the landing zone to the legacy server, begun before users are let in",
		DataLoss: "none while reverse replication is caught up; else what was written since the position that it last confirmed"}
}

// otherOdoo tells whether the move upgrades Odoo: then the legacy program cannot work on what the new one wrote.
func (c chooser) otherOdoo(move estate.Move) (string, estate.Answer) {
	if move.From.Odoo == "" && move.To.Odoo == "" {
		return "", estate.No
	}
	a, b := c.odooVersion(move.From.Odoo), c.odooVersion(move.To.Odoo)
	switch {
	case a == "" || b == "":
		return "whether both sides run the same version of Odoo is not known", estate.NoIdea
	case a != b:
		return fmt.Sprintf("Odoo goes from %s to %s: the old one cannot work on what the new one wrote", a, b), estate.Yes
	}
	return "", estate.No
}

func (c chooser) odooVersion(name string) string {
	i := slices.IndexFunc(c.Odoo, func(o estate.OdooServer) bool { return o.Name == name })
	if i < 0 || !c.Odoo[i].Version.Coverage.IsKnown() {
		return ""
	}
	return c.Odoo[i].Version.Value
}

// fallBackOf joins the pieces' ways back: the whole service comes back only if each of its databases does.
func (c chooser) fallBackOf(pieces []Piece) FallBack {
	joined := FallBack{Promised: estate.NoIdea, Way: sourceOnly, DataLoss: allLost, Why: "no database of the service is known"}
	first := true
	for _, p := range pieces {
		for _, o := range p.Options {
			if o.Method != p.Method {
				continue
			}
			if first || doubt(o.FallBack.Promised) > doubt(joined.Promised) {
				joined = o.FallBack
				if joined.Why != "" {
					joined.Why = p.Name + ": " + joined.Why
				}
			}
			first = false
		}
	}
	return joined
}
