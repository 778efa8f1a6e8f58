package modules

import (
	"cmp"
	"fmt"
	"strings"

	"nightferry/internal/estate"
)

// judge says what becomes of an installed module.
func (c *server) judge(m estate.Module) Judgement {
	match := c.matches[m.Name]
	code, seen := c.code[match.Path]
	seen = seen && match.Path != ""
	j := Judgement{Name: m.Name, Version: m.Version, Path: match.Path, Origin: c.origin(m, code), Sureness: NotKnown}
	switch j.Origin {
	case FromOdoo:
		c.odoos(&j, code, seen)
	case Ours:
		c.ours(&j, match, code, seen)
	case FromOCA:
		c.others(&j, "the Odoo Community Association keeps it for each version apart",
			fmt.Sprintf("look at the OCA for its port to %s; where there is none, port it or go without", c.span()))
	case FromVendor:
		c.others(&j, fmt.Sprintf("its licence, %s, says that it was bought", cmp.Or(m.Licence, code.Licence)), "ask its vendor for a version for "+c.target)
	case Nobodys:
		c.others(&j, "neither its author nor its code is known, and no list of what Odoo "+cmp.Or(c.from, "(version not known)")+" ships has it", "find out whose it is")
	}
	return j
}

// origin tells whose a module is. Odoo's own are known by the lists, for partners of Odoo signed many of them; of the
// others the author and the licence tell, in the database or in the manifest.
func (c *server) origin(m estate.Module, code estate.CodeModule) Origin {
	if _, ships := c.facts.Ships(c.from, m.Name); ships {
		return FromOdoo
	}
	author := strings.ToLower(m.Author + " " + code.Author)
	licence := strings.ToUpper(cmp.Or(m.Licence, code.Licence))
	switch {
	case strings.Contains(author, "(oca)"), strings.Contains(author, "odoo community association"), m.Origin == "oca-like":
		return FromOCA
	case strings.HasPrefix(licence, "OPL"), strings.HasPrefix(licence, "OEEL"):
		return FromVendor
	case m.Origin == "core":
		return Nobodys // Odoo's by its author, and in no list: a theme, an industry, a later addition
	case m.Origin == "" && code.Path == "":
		return Nobodys
	case !c.facts.Knows(c.from) && code.Path == "":
		return Nobodys // partners sign modules of Odoo: without a list or code nobody can tell
	}
	return Ours
}

// odoos judges a module of Odoo by its way. Code of the same name beside Odoo's own is loaded in its place: whatever
// was changed there has to be carried over.
func (c *server) odoos(j *Judgement, code estate.CodeModule, seen bool) {
	if len(c.way) == 0 {
		j.Verdict, j.Reasons = Unknown, []string{fmt.Sprintf("no way from %s to %s is known", c.from, c.target)}
		return
	}
	j.follow(c.facts.Follow(j.Name, c.from, c.target))
	if seen {
		was := string(j.Verdict)
		j.Verdict, j.Origin = Custom, Ours
		j.Reasons = append([]string{fmt.Sprintf("code in %s is loaded in place of Odoo's own module (%s): its changes have to be carried over", code.Path, was)}, j.Reasons...)
		j.Advice = "compare it with Odoo's own, and put what differs into a module of its own"
		c.carry(j, code)
	}
}

// follow takes the verdict of a path.
func (j *Judgement) follow(p Path) {
	j.Verdict, j.Becomes, j.Edition, j.Steps, j.Sureness = p.Verdict, p.Becomes, p.Edition, p.Steps, p.Sure
	for _, s := range p.Steps {
		if s.Change != ChangeGone { // the path's reason tells it
			j.Reasons = append(j.Reasons, s.String())
		}
	}
	if p.Reason != "" {
		j.Reasons = append(j.Reasons, p.Reason)
	}
	switch j.Verdict {
	case Removed:
		j.Advice = "find out who uses it, and export or move its data before the upgrade drops it"
	case Replaced:
		j.Advice = "look at what takes its place before the upgrade"
	case Unknown:
		j.Advice = "find out what it is and what became of it"
	case Kept, Renamed, Merged, Custom, Unused:
	}
}

// ours judges a module that was made for this estate.
func (c *server) ours(j *Judgement, match estate.ModuleMatch, code estate.CodeModule, seen bool) {
	j.Verdict, j.Becomes = Custom, j.Name
	if edition, taken := c.taken(j.Name); taken {
		j.Verdict, j.Edition, j.Sureness = Replaced, edition, Listed
		j.Reasons = append(j.Reasons, fmt.Sprintf("Odoo %s ships a module of this name (%s)", c.target, title(edition)))
		j.Advice = "see whether Odoo's serves the purpose; else give this one another name"
	}
	switch match.Verdict {
	case estate.ModuleOtherVersion:
		j.Reasons = append(j.Reasons, fmt.Sprintf("the database has version %s, the code on disk is %s", match.Installed, match.OnDisk))
	case estate.ModuleWithoutCode:
		j.Reasons = append(j.Reasons, "it is installed and its code is not on the host: it cannot be carried over before it is found")
	case estate.ModuleInPlace, estate.ModuleLeftOnDisk, estate.ModuleNotToBeTold:
	}
	if !seen {
		j.Reasons = append(j.Reasons, "its code was not seen: its effort is not known")
		return
	}
	if j.Verdict == Custom {
		j.Sureness = Listed // it is on disk, and no list of the target has it
	}
	c.carry(j, code)
}

// others judges a module that somebody else keeps. What no list knows is not removed.
func (c *server) others(j *Judgement, reason, advice string) {
	j.Verdict, j.Reasons, j.Advice = Unknown, []string{reason}, advice
	if edition, taken := c.taken(j.Name); taken {
		j.Verdict, j.Edition, j.Sureness, j.Becomes = Replaced, edition, Listed, j.Name
		j.Reasons = append(j.Reasons, fmt.Sprintf("Odoo %s ships a module of this name (%s): see whether it takes over the data", c.target, title(edition)))
	}
}

// taken tells whether the target ships a module by the name of one that Odoo did not ship before. Without the list of
// the version that runs nobody can tell the two apart.
func (c *server) taken(name string) (Edition, bool) {
	if !c.facts.Knows(c.from) {
		return "", false
	}
	return c.facts.Ships(c.target, name)
}

// unused is code on disk that the database does not run. Another database of the host may.
func (c *server) unused(match estate.ModuleMatch) Judgement {
	code := c.code[match.Path]
	j := Judgement{Name: match.Name, Verdict: Unused, Version: match.OnDisk, Path: match.Path, Sureness: Listed,
		Origin: c.origin(estate.Module{Name: match.Name, Author: code.Author, Origin: "custom"}, code),
		Advice: "leave it behind, unless another database of the host runs it"}
	if !code.Installable {
		j.Reasons = append(j.Reasons, "its manifest says that it cannot be installed")
	}
	return j
}

// span names the target, and the versions on the way whose ports are a part of it.
func (c *server) span() string {
	if len(c.way) < 3 {
		return c.target
	}
	return c.target + " (ports to " + strings.Join(c.way[1:len(c.way)-1], ", ") + " are a part of the way)"
}
