package engagement

import (
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// copies checks what is said of databases that were made from others.
func (c *checker) copies(path string, s Server) {
	seen := map[string]int{}
	for i, copied := range s.Copies {
		at := fmt.Sprintf("%s.copies[%d]", path, i)
		c.required(at+".database", copied.Database, "a copy that names no database", "add database: NAME, one of this server's")
		c.required(at+".of", copied.Of, "a copy of nothing", "add of: SERVER/DATABASE, which it was made from")
		server, _, _ := strings.Cut(copied.Of, "/")
		c.known(at+".of", "PostgreSQL server", server, c.servers)
		if copied.Of != "" && copied.Of == s.Name+"/"+copied.Database {
			c.f.Fault(at+".of", "a database that is a copy of itself", "name the database that it was made from")
		}
		c.required(at+".content", string(copied.Content), "it does not say what the copy holds", "add content: masked, summarised or full")
		choice(c, at+".content", copied.Content, estate.MaskedCopy, estate.SummarisedCopy, estate.FullCopy)
		c.required(at+".stated_by", copied.StatedBy, "nobody answers for this", "add stated_by: NAME, ROLE")
		c.required(at+".date", string(copied.Date), "this has no date", "add date: with the day it was stated")
		if first, twice := seen[copied.Database]; twice && copied.Database != "" {
			c.f.Fault(at+".database", fmt.Sprintf("what %q is a copy of stands on line %d already", copied.Database, first), "keep one of the two")
		}
		seen[copied.Database] = c.f.Line(at)
	}
}

// restores checks the restores that were tried.
func (c *checker) restores() {
	for i, r := range c.e.Restores {
		at := fmt.Sprintf("restores[%d]", i)
		server, database, _ := strings.Cut(r.Database, "/")
		switch {
		case r.Database == "" && r.Host == "":
			c.f.Fault(at, "a restore of nothing", "add database: SERVER/DATABASE, or host: NAME where files were restored")
		case r.Database != "" && r.Host != "":
			c.f.Fault(at+".host", "a restore of two things", "give each an entry of its own")
		case r.Database != "" && database == "":
			c.f.Fault(at+".database", fmt.Sprintf("%.70q does not name one database", r.Database), "write SERVER/DATABASE")
		}
		c.known(at+".database", "PostgreSQL server", server, c.servers)
		c.known(at+".host", "host", r.Host, c.hosts)
		c.required(at+".date", string(r.Date), "this has no date", "add date: with the day of the restore")
		if r.Took == 0 && !c.f.Faulty(at+".took") {
			c.f.Fault(at+".took", "how long it took is not stated", "add took: 2h30m, from the order until it could be used")
		}
		if r.Gigabytes < 0 || r.Gigabytes > 1e6 {
			c.f.Fault(at+".gigabytes", "this cannot be a number of gigabytes", "write it like 120.5, or leave the line out")
		}
		c.required(at+".by", r.By, "nobody answers for this", "add by: NAME, ROLE")
		c.required(at+".evidence", r.Evidence, "nothing shows it", "add evidence: with the protocol or ticket")
	}
}

// Copies lists what people say of databases that were made from others, each with its line as evidence.
func (e *Engagement) Copies() []estate.Copy {
	var list []estate.Copy
	for i, s := range e.Databases {
		for j, copied := range s.Copies {
			list = append(list, estate.Copy{Database: s.Name + "/" + copied.Database, Of: copied.Of, Content: copied.Content, By: copied.StatedBy,
				Date: string(copied.Date), Where: e.Line(fmt.Sprintf("databases[%d].copies[%d]", i, j))})
		}
	}
	return list
}

// Restored lists the restores that were tried, each with its line as evidence.
func (e *Engagement) Restored() []estate.Restore {
	var list []estate.Restore
	for i, r := range e.Restores {
		list = append(list, estate.Restore{Database: r.Database, Host: r.Host, Date: string(r.Date), Took: r.Took, Bytes: int64(r.Gigabytes * 1e9),
			By: r.By, Evidence: r.Evidence, Where: e.Line(fmt.Sprintf("restores[%d]", i))})
	}
	return list
}

// checkTenancy tells what a decision on a workload's tenancy lacks. Nobody decides without a name, a reason and a day.
func checkTenancy(file *yamlfile.File, approvals []estate.TenancyApproval) {
	seen := map[string]int{}
	for i, a := range approvals {
		at := fmt.Sprintf("tenancy[%d]", i)
		for _, need := range []struct{ key, value, mend string }{
			{"workload", a.Workload, "add workload: as nightferry assess shows it, such as service/erp"},
			{"tenancy", string(a.Tenancy), "add tenancy: dedicated, hybrid or shared"},
			{"by", a.By, "add by: who decided it"},
			{"reason", a.Reason, "add reason: why"},
			{"date", a.Date, "add date: 2026-01-31"},
		} {
			if strings.TrimSpace(need.value) == "" {
				file.Fault(at+"."+need.key, "a decision on tenancy without "+need.key, need.mend)
			}
		}
		if a.Tenancy != "" && !slices.Contains(estate.Tenancies(), a.Tenancy) {
			file.Fault(at+".tenancy", fmt.Sprintf("%.40q is no tenancy", a.Tenancy), "write dedicated, hybrid or shared")
		}
		if a.Date != "" && new(Day).UnmarshalText([]byte(a.Date)) != nil {
			file.Fault(at+".date", fmt.Sprintf("%.40q is not a date", a.Date), "write it like 2026-01-31")
		}
		if first, twice := seen[a.Workload]; twice && a.Workload != "" {
			file.Fault(at, fmt.Sprintf("the tenancy of this workload is decided on line %d already", first), "keep one of the two")
		}
		seen[a.Workload] = file.Line(at)
	}
}
