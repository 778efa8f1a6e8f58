package plan

import (
	"fmt"

	"nightferry/internal/estate"
)

// foundation is the checklist of the landing zone, judged by what discovery saw of it.
func foundation(inventory estate.Inventory) Wave {
	w := Wave{Name: waveName(0), Title: "foundation: the landing zone", Phase: Foundation}
	hosts, databases := targets(inventory)
	w.Checklist = append(w.Checklist,
		reachable("hosts of the landing zone answer", "host", hosts),
		reachable("database servers of the landing zone answer", "database server", databases),
		serverVersion(inventory), archiving(inventory), certificates(inventory))
	return w
}

func targets(inventory estate.Inventory) (hosts, databases []estate.Collection) {
	for _, h := range inventory.Hosts {
		if h.Environment == estate.Target {
			hosts = append(hosts, h.Collected)
		}
	}
	for _, p := range inventory.Postgres {
		if p.Environment == estate.Target {
			databases = append(databases, p.Collected)
		}
	}
	return hosts, databases
}

func reachable(name, noun string, collections []estate.Collection) Item {
	item := Item{Name: name, Coverage: estate.Known, Holds: len(collections) > 0}
	if len(collections) == 0 {
		item.Coverage = estate.NotAsked
		item.Evidence = "engagement.yaml names no " + noun + " with environment: target"
		return item
	}
	up := 0
	for _, c := range collections {
		if c.Coverage.IsKnown() {
			up++
		}
	}
	item.Holds = up == len(collections)
	item.Evidence = fmt.Sprintf("%d of %d read", up, len(collections))
	return item
}

// serverVersion asks that no target is older than the servers that move to it: going back a version breaks a restore.
func serverVersion(inventory estate.Inventory) Item {
	item := Item{Name: "PostgreSQL of the landing zone is not older than what moves there", Coverage: estate.NotAsked}
	oldest, newest := 0, 0
	for _, p := range inventory.Postgres {
		if !p.Version.Coverage.IsKnown() {
			item.Evidence = "the version of " + p.Name + " is not known"
			item.Coverage = p.Version.Coverage
			return item
		}
		major := p.Version.Value.Major()
		if p.Environment == estate.Target {
			if oldest == 0 || major < oldest {
				oldest = major
			}
		} else {
			newest = max(newest, major)
		}
	}
	if oldest == 0 || newest == 0 {
		item.Evidence = "no pair of legacy and target server was read"
		return item
	}
	item.Coverage, item.Holds = estate.Known, oldest >= newest
	item.Evidence = fmt.Sprintf("legacy up to %d, target from %d", newest, oldest)
	return item
}

func archiving(inventory estate.Inventory) Item {
	item := Item{Name: "databases of the landing zone archive their WAL", Coverage: estate.NotAsked, Evidence: "no database server of the landing zone was read"}
	for _, p := range inventory.Postgres {
		if p.Environment != estate.Target {
			continue
		}
		if !p.Archiver.Coverage.IsKnown() {
			item.Coverage, item.Holds, item.Evidence = p.Archiver.Coverage, false, p.Name+": "+p.Archiver.Problem
			return item
		}
		on := p.Archiver.Value.Mode != "off" && p.Archiver.Value.Mode != ""
		item.Holds = on && (item.Coverage != estate.Known || item.Holds)
		item.Coverage = estate.Known
		item.Evidence = fmt.Sprintf("%s: archive_mode %s", p.Name, p.Archiver.Value.Mode)
		if !on {
			return item
		}
	}
	return item
}

// certificates asks that no certificate served in the landing zone is self-signed or past its end.
func certificates(inventory estate.Inventory) Item {
	item := Item{Name: "certificates of the landing zone are issued by an authority", Coverage: estate.NotAsked, Evidence: "no certificate was seen there"}
	for _, h := range inventory.Hosts {
		if h.Environment != estate.Target || !h.Certificates.Coverage.IsKnown() {
			continue
		}
		for _, c := range h.Certificates.Value {
			item.Coverage, item.Holds, item.Evidence = estate.Known, true, fmt.Sprintf("%s ends %s", c.Subject, c.NotAfter.Format("2006-01-02"))
			if c.SelfSigned {
				item.Holds, item.Evidence = false, c.Subject+" on "+h.Name+" is self-signed"
				return item
			}
		}
	}
	return item
}
