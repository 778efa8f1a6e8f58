package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// The codes of what the three ways to see an integration can differ in.
const (
	CodeNotObserved = "integration-configured-not-observed"
	CodeNotDeclared = "integration-observed-not-declared"
	CodeNotFound    = "integration-declared-not-found"
)

// fewLooks is the number of looks below which it means little that something was not seen in them.
const fewLooks = 20

// differences lists where configuration, traffic and people disagree.
func differences(all []estate.Integration) []estate.Finding {
	findings := []estate.Finding{}
	for _, i := range all {
		if finding, differs := Difference(all, i); differs {
			findings = append(findings, finding)
		}
	}
	estate.SortFindings(findings)
	return findings
}

// Difference is the finding about an integration, one of all in their order, of which configuration, traffic and people
// tell different things. What a machine says to itself needs nobody's declaration, unless it is about patients; and what
// nobody could look for, or what comes with a move, is not missing.
func Difference(all []estate.Integration, i estate.Integration) (finding estate.Finding, differs bool) {
	switch {
	case i.Planned:
	case len(i.Declared) > 0 && len(i.Configured)+len(i.Observed) == 0:
		return notFound(i), true
	case len(i.Observed) > 0 && len(i.Declared) == 0 && (!i.IsInside() || i.Kind == estate.KindEHR):
		return notDeclared(i), true
	case len(i.Configured) > 0 && len(i.Observed) == 0 && i.Looks > 0:
		return notObserved(i, nameless(all, i)), true
	}
	return estate.Finding{}, false
}

// described names an integration in a sentence.
func described(i estate.Integration) string {
	return fmt.Sprintf("%s to %s by %s", strings.TrimPrefix(i.From, "host/"), strings.TrimPrefix(i.To, "host/"), i.Protocol)
}

// concerned is the asset of the estate that a finding is about.
func concerned(i estate.Integration) string {
	for _, side := range [...]string{i.From, i.To} {
		if hosts := i.Hosts(side); len(hosts) > 0 {
			return hosts[0]
		}
	}
	return i.From
}

func notFound(i estate.Integration) estate.Finding {
	evidence := append(slices.Clone(i.Declared), "no configuration that could be read names it")
	evidence = append(evidence, looked(i))
	return estate.Finding{Code: CodeNotFound, Title: described(i) + ": declared, and found nowhere", Severity: estate.MediumSeverity, Asset: concerned(i), Evidence: evidence,
		Fix: "ask who declared it whether it still runs, and by which machine; then correct engagement.yaml, or read what is closed to discovery (gaps)"}
}

// notDeclared weighs what crosses for sure, and whether it leaves the estate.
func notDeclared(i estate.Integration) estate.Finding {
	severity := estate.LowSeverity
	leaves := strings.HasPrefix(i.From, "outside/") || strings.HasPrefix(i.To, "outside/")
	regulated := slices.ContainsFunc(i.Classes, func(c estate.Crossing) bool { return c.Class.IsSensitive() && c.By != estate.ByService })
	switch {
	case leaves && regulated:
		severity = estate.HighSeverity
	case leaves, regulated && !i.IsInside():
		severity = estate.MediumSeverity
	}
	return estate.Finding{Code: CodeNotDeclared, Title: described(i) + ": in use, and declared by nobody", Severity: severity, Asset: concerned(i), Evidence: i.Observed,
		Fix: "find its owner, and declare it under integrations in engagement.yaml; or stop it"}
}

// notObserved says little after few looks: most integrations speak for moments only.
func notObserved(i estate.Integration, others []string) estate.Finding {
	severity := estate.InfoSeverity
	if i.Looks >= fewLooks {
		severity = estate.LowSeverity
	}
	evidence := append(slices.Clone(i.Configured), looked(i))
	if len(i.Schedule) > 0 {
		evidence = append(evidence, "it runs "+strings.Join(i.Schedule, "; ")+": a look between two runs sees nothing")
	}
	for _, other := range others {
		evidence = append(evidence, other+", of which no name is known, is spoken to by the same protocol: it may be the same")
	}
	return estate.Finding{Code: CodeNotObserved, Title: described(i) + ": configured, and not seen in use", Severity: severity, Asset: concerned(i), Evidence: evidence,
		Fix: "look for longer, over a month's end (discover --watch), before it is called dead; then remove the configuration, or declare it"}
}

// looked says how much it means that something was not seen.
func looked(i estate.Integration) string {
	switch i.Looks {
	case 0:
		return "nobody could look at its connections"
	case 1:
		return "not seen in one look at the connections, which proves little"
	}
	return fmt.Sprintf("not seen in %d looks at the connections", i.Looks)
}

// nameless lists the parties outside that are known by their address alone and are spoken to from the same end by the
// same protocol as one that is known by its name alone. Only DNS could tell whether they are the same.
func nameless(all []estate.Integration, i estate.Integration) []string {
	name, isOutside := strings.CutPrefix(i.To, "outside/")
	if !isOutside || isAddress(name) {
		return nil
	}
	first, _ := slices.BinarySearchFunc(all, i.From, func(other estate.Integration, from string) int { return cmp.Compare(other.From, from) })
	var found []string
	for _, other := range all[first:] {
		if other.From != i.From {
			break
		}
		address, leaves := strings.CutPrefix(other.To, "outside/")
		if leaves && isAddress(address) && len(other.Configured) == 0 && familyOf(other.Protocol) == familyOf(i.Protocol) {
			found = append(found, other.To)
		}
	}
	return found
}
