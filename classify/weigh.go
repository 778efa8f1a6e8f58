package classify

import (
	"math"
	"slices"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// candidate is one kind that a column may be of, with the chance and the reasons.
type candidate struct {
	kind     estate.Kind
	chance   float64
	named    bool // the name says so
	shown    bool // values say so
	proven   bool // by their form
	weak     bool // by a word that means other things as well
	within   bool // within text, not by whole values
	evidence []Evidence
}

// candidates joins what the name and the values say: independent reasons for one kind make it surer, values that
// cannot be of the kind make it unlikely.
func candidates(r detect.Reading, p *profile) []candidate {
	var list []candidate
	used := make([]bool, len(p.findings))
	for _, h := range r.Hints {
		c := candidate{kind: h.Kind, chance: h.Weight, named: true, weak: h.Weight > 0.35 && h.Weight < 0.5 && r.Negative == "",
			evidence: []Evidence{{Kind: "name", Class: detect.ClassOf(h.Kind), Weight: round(h.Weight), Detail: nameDetail(h, r.Negative)}}}
		if against, why := p.speaksAgainst(h.Kind); against > 0 {
			c.chance *= 1 - against
			c.evidence = append(c.evidence, Evidence{Kind: "values", Class: detect.ClassOf(h.Kind), Weight: -round(against), Detail: why})
		}
		for i, f := range p.findings {
			if bears(f, h.Kind) {
				used[i] = true
				c.support(f)
			}
		}
		list = append(list, c)
	}
	for i, f := range p.findings {
		if !used[i] {
			c := candidate{kind: f.kind, chance: f.weight, shown: true, proven: f.strong, within: f.where == parts, evidence: []Evidence{valueEvidence(f)}}
			c.doubt(f, r)
			list = append(list, c)
		}
	}
	return ordered(list)
}

// ordered puts the likeliest first, and of those that are about as likely the most specific class.
func ordered(list []candidate) []candidate {
	slices.SortStableFunc(list, func(a, b candidate) int {
		switch {
		case math.Abs(a.chance-b.chance) < 0.03:
			return detect.ClassOf(a.kind).Rank() - detect.ClassOf(b.kind).Rank()
		case a.chance > b.chance:
			return -1
		}
		return 1
	})
	return list
}

func nameDetail(h detect.Hint, negative string) string {
	detail := "the name holds “" + h.Term + "”"
	if negative != "" {
		detail += ", and “" + negative + "”, which speaks about data"
	}
	return detail
}

func valueEvidence(f finding) Evidence {
	return Evidence{Kind: "values", Class: detect.ClassOf(f.kind), Weight: round(f.weight), Detail: f.detail}
}

// round keeps weights to three places, so that files are the same on every machine.
func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// support joins a finding to a candidate: both would have to err at once.
func (c *candidate) support(f finding) {
	c.chance = 1 - (1-c.chance)*(1-f.weight)
	c.shown, c.proven, c.within = true, c.proven || f.strong, c.within || f.where == parts
	c.evidence = append(c.evidence, valueEvidence(f))
	if specific(f.kind) && f.strong && f.where == whole {
		c.kind = f.kind
	}
}

// doubt lowers what only values say where the name says that it is something technical, or speaks about data.
func (c *candidate) doubt(f finding, r detect.Reading) {
	technical := 0.0
	for _, h := range r.Hints {
		if !detect.ClassOf(h.Kind).IsSensitive() {
			technical = max(technical, h.Weight)
		}
	}
	if technical == 0 && r.Negative != "" {
		technical = 0.6
	}
	if technical == 0 {
		return
	}
	factor := 1 - 0.55*technical
	switch {
	case f.strong:
		factor = 1 - 0.12*technical
	case f.where == parts: // what people or programs write into a message is there, whatever the message is for
		factor = 1 - 0.3*technical
	}
	c.chance *= factor
}

// specific lists the kinds that say more than the name mostly does: which country's identifier it is.
func specific(kind estate.Kind) bool {
	return kind >= estate.KindSSN && kind <= estate.KindVAT || kind == estate.KindNPI || kind == estate.KindDEA ||
		kind == estate.KindNHS || kind == estate.KindMBI || kind == estate.KindKVNR || kind == estate.KindIBAN || kind == estate.KindPAN ||
		kind == estate.KindPasswordHash || kind == estate.KindJWT || kind == estate.KindPrivateKey
}

// family groups the kinds that values cannot tell from each other, or that stand for each other.
func family(kind estate.Kind) int {
	switch {
	case kind == estate.KindNone:
		return 0
	case kind <= estate.KindConnectionString:
		return 1
	case kind == estate.KindMRN, kind == estate.KindVisit:
		return 2
	case kind == estate.KindHealthPlan, kind == estate.KindNHS, kind == estate.KindMBI, kind == estate.KindKVNR:
		return 3
	case kind <= estate.KindGenetic && kind != estate.KindServiceDate && kind != estate.KindDeathDate, kind == estate.KindDisability, kind == estate.KindHL7, kind == estate.KindFHIR:
		return 4
	}
	switch kind {
	case estate.KindName, estate.KindGivenName, estate.KindFamilyName, estate.KindInitials, estate.KindCardHolder, estate.KindDependents,
		estate.KindEmergencyContact:
		return 5
	case estate.KindNationalID, estate.KindSSN, estate.KindNIR, estate.KindDNI, estate.KindNUSS, estate.KindSteuerID, estate.KindPensionNumber,
		estate.KindINSZ, estate.KindBSN, estate.KindAHV, estate.KindCodiceFiscale, estate.KindNINO:
		return 6
	case estate.KindIBAN, estate.KindAccount:
		return 7
	case estate.KindCity, estate.KindBirthPlace, estate.KindAddress:
		return 8
	case estate.KindNationality, estate.KindCountry:
		return 9
	}
	return 100 + int(kind)
}

// bears tells whether a finding bears out what a name says.
func bears(f finding, named estate.Kind) bool {
	if f.kind == named || family(f.kind) == family(named) {
		return true
	}
	switch named {
	case estate.KindEmergencyContact:
		return f.kind == estate.KindPhone
	case estate.KindHealthPlan:
		return family(f.kind) == 6
	case estate.KindNationalID:
		return f.kind == estate.KindVAT
	case estate.KindVAT:
		return family(f.kind) == 6
	case estate.KindUsername:
		return f.kind == estate.KindEmail
	case estate.KindPersonalText:
		return f.where == parts && detect.ClassOf(f.kind) == estate.PII
	}
	return false
}

// speaksAgainst tells how far values cannot be what the name says, 0 to 1, and why.
func (p *profile) speaksAgainst(kind estate.Kind) (float64, string) {
	if !p.sampled || p.filled < 4 || !detect.ClassOf(kind).IsSensitive() {
		return 0, ""
	}
	switch {
	case p.refuted[kind] && detect.Chance(kind) < 1 && !p.supports(kind):
		return 0.85, "hardly a value has the right check digit"
	case detect.Verifiable(kind) && p.has(kind) < 0.1 && !p.supports(kind) && kind != estate.KindSSN && (kind != estate.KindPAN || !p.lastDigits()):
		return 0.7, "hardly a value has its form"
	case p.has(estate.KindTemplate) > 0.5:
		return 0.8, "the values are templates"
	}
	text := p.has(estate.KindText, estate.KindClinicalNote, estate.KindOrganisation)
	technical := min(1, p.against)
	numbers := p.has(estate.KindNumber)
	switch detect.ClassOf(kind) {
	case estate.Credential:
		return p.noSecret(kind, numbers)
	case estate.Financial:
		if kind == estate.KindAmount && numbers < 0.4 {
			return 0.4, "the values are no numbers"
		}
	case estate.PHI:
		if technical > 0.7 && p.has(estate.KindUUID, estate.KindHash, estate.KindURL, estate.KindPath, estate.KindFile, estate.KindVersion, estate.KindMIME) > 0.6 {
			return 0.5, "the values are technical"
		}
	case estate.PII:
		return p.noPerson(kind, text, technical, numbers)
	}
	return 0, ""
}

// lastDigits tells whether nearly all values are four characters: the end of a card's number, which is cardholder data too.
func (p *profile) lastDigits() bool {
	return p.counts.Lengths[2] > p.filled*9/10
}

// supports tells whether any finding bears the kind out.
func (p *profile) supports(kind estate.Kind) bool {
	return slices.ContainsFunc(p.findings, func(f finding) bool { return bears(f, kind) })
}

// noSecret: a secret is neither yes nor no, nor a date, nor one of three words.
func (p *profile) noSecret(kind estate.Kind, numbers float64) (float64, string) {
	switch {
	case p.has(estate.KindBoolean, estate.KindDate, estate.KindTimestamp) > 0.6:
		return 0.85, "the values are no secrets"
	case p.enum && p.counts.Distinct <= 5 && (kind != estate.KindSecret || p.counts.Lengths[0]+p.counts.Lengths[1]+p.counts.Lengths[2] > p.filled/2) && p.has(estate.KindUUID, estate.KindHash) < 0.5:
		return 0.7, "the values are few and repeated"
	case p.has(estate.KindOrderNumber, estate.KindPath, estate.KindVersion, estate.KindOrganisation) > 0.8:
		return 0.5, "the values are codes"
	case numbers > 0.8 && kind != estate.KindPIN && kind != estate.KindOTPSecret && kind != estate.KindPassword:
		return 0.7, "the values are numbers"
	case numbers > 0.8 && p.short():
		if kind != estate.KindPIN {
			return 0.7, "the values are small numbers"
		}
	}
	return 0, ""
}

// short tells whether hardly a value has four characters.
func (p *profile) short() bool {
	return p.counts.Lengths[0]+p.counts.Lengths[1] > p.filled*9/10
}

// noPerson: a name has no digits, an address is not a path.
func (p *profile) noPerson(kind estate.Kind, text, technical, numbers float64) (float64, string) {
	switch kind {
	case estate.KindName, estate.KindGivenName, estate.KindFamilyName, estate.KindCity, estate.KindBirthPlace:
		switch {
		case technical+numbers > 0.6:
			return 0.75, "the values are codes or numbers"
		case p.has(estate.KindOrganisation) > 0.5 && p.has(estate.KindName) < 0.1:
			return 0.6, "the values are names of companies"
		case text > 0.75 && kind != estate.KindCity && kind != estate.KindBirthPlace && !p.supports(kind):
			return 0.45, "hardly a value is made of names"
		}
	case estate.KindEmergencyContact, estate.KindAddress, estate.KindReligion, estate.KindEthnicity, estate.KindOrientation, estate.KindUnion, estate.KindNationality:
		if technical > 0.7 && !p.supports(kind) {
			return 0.5, "the values are codes"
		}
	case estate.KindPhone:
		if text > 0.6 || p.has(estate.KindUUID, estate.KindURL, estate.KindBoolean) > 0.5 || numbers > 0.8 && p.short() {
			return 0.7, "the values are no telephone numbers"
		}
	case estate.KindSignature, estate.KindPhoto:
		if p.has(estate.KindHash) > 0.6 {
			return 0.6, "the values are hashes"
		}
	case estate.KindBirthDate:
		if p.recentDates() {
			return 0.5, "the dates are all of the last years"
		}
		if p.has(estate.KindDate, estate.KindTimestamp, estate.KindNumber) < 0.3 {
			return 0.6, "the values are no dates"
		}
	case estate.KindPersonalText:
		if p.enum || technical+numbers > 0.7 {
			return 0.6, "the values are no free text"
		}
	}
	return 0, ""
}
