package classify

import (
	"cmp"
	"slices"

	"nightferry/internal/estate"
)

// Accountability is who answers for what in an estate, and what shows that they do.
type Accountability struct {
	Today      string             `json:"today"` // day by which evidence was held to be old
	Duties     []DutyResult       `json:"duties"`
	Scores     []Score            `json:"scores"` // of the provider, then of the customer
	Practices  []PracticeResult   `json:"practices"`
	Vendors    []VendorResult     `json:"vendors"`
	Continuity []ContinuityResult `json:"continuity"` // a service each
}

// Standing is how far an answer is shown to hold.
type Standing string

// The standings. Only a proven duty counts as done.
const (
	Proven     Standing = "proven"     // by evidence that is not too old
	Old        Standing = "old"        // its evidence shows nothing any more
	Unproven   Standing = "unproven"   // it is only said
	NobodyDoes Standing = "nobody"     // it was asked, and nobody does it
	Unanswered Standing = "unanswered" // nobody said anything
)

// DutyResult is one line of the matrix of responsibilities.
type DutyResult struct {
	estate.Responsibility

	Question string   `json:"question"`
	Standing Standing `json:"standing"`
	Age      int      `json:"age_days"` // of the evidence; -1 where there is none
}

// PracticeResult is a practice with its answer. Its state is empty where nobody gave one.
type PracticeResult struct {
	estate.Practice

	Question string   `json:"question"`
	Standing Standing `json:"standing"`
	Age      int      `json:"age_days"` // of the evidence; -1 where there is none
}

// VendorResult is a company that the estate depends on, with the services that its failure takes down.
type VendorResult struct {
	estate.Vendor

	Services []string `json:"services"`
	Standing Standing `json:"standing"` // of its agreement
}

// ContinuityResult is what people do when a service is down. Missing names what nobody stated.
type ContinuityResult struct {
	Service       string             `json:"service"`
	Criticality   estate.Criticality `json:"criticality"`
	Workaround    string             `json:"workaround"`
	Communication string             `json:"communication"`
	Authority     string             `json:"authority"`
	Contact       string             `json:"contact"`
	Vendors       []string           `json:"vendors"` // null where nobody stated them
	Missing       []string           `json:"missing"` // keys of engagement.yaml
}

// Score is how many of the duties of one party are shown to be done.
type Score struct {
	Party    estate.Party `json:"party"`
	Duties   int          `json:"duties"`
	Proven   int          `json:"proven"`
	Old      int          `json:"old"`
	Unproven int          `json:"unproven"`
}

// Account holds the word of people against the questions. What nobody answered is in the result, as such.
func Account(word estate.Word, services []estate.Service, today string) Accountability {
	a := Accountability{Today: today, Duties: []DutyResult{}, Practices: []PracticeResult{}, Vendors: []VendorResult{}, Continuity: []ContinuityResult{},
		Scores: []Score{{Party: estate.ByProvider}, {Party: estate.ByCustomer}}}
	for _, q := range estate.StandingDuties() {
		d := DutyResult{Responsibility: estate.Responsibility{Duty: q.Name}, Question: q.Text, Standing: Unanswered, Age: -1}
		if i := slices.IndexFunc(word.Responsibilities, func(r estate.Responsibility) bool { return r.Duty == q.Name }); i >= 0 {
			d.Responsibility = word.Responsibilities[i]
			d.Standing, d.Age = standing(d.Proof, today)
			if d.By == estate.ByNobody {
				d.Standing = NobodyDoes
			}
		}
		a.Duties = append(a.Duties, d)
		a.score(d)
	}
	for _, q := range estate.Practices() {
		p := PracticeResult{Practice: estate.Practice{Practice: q.Name}, Question: q.Text, Standing: Unanswered, Age: -1}
		if i := slices.IndexFunc(word.Practices, func(s estate.Practice) bool { return s.Practice == q.Name }); i >= 0 {
			p.Practice = word.Practices[i]
			p.Standing, p.Age = standing(p.Proof, today)
		}
		a.Practices = append(a.Practices, p)
	}
	for _, v := range word.Vendors {
		a.Vendors = append(a.Vendors, vendorResult(v, services, today))
	}
	for _, s := range services {
		a.Continuity = append(a.Continuity, continuity(s))
	}
	slices.SortFunc(a.Continuity, func(a, b ContinuityResult) int { return cmp.Compare(a.Service, b.Service) })
	return a
}

func (a *Accountability) score(d DutyResult) {
	for i := range a.Scores {
		s := &a.Scores[i]
		if s.Party != d.By {
			continue
		}
		s.Duties++
		switch d.Standing {
		case Proven:
			s.Proven++
		case Old:
			s.Old++
		case Unproven, NobodyDoes, Unanswered:
			s.Unproven++
		}
	}
}

// standing tells how far evidence shows an answer on a day, and its age in days.
func standing(p estate.Proof, today string) (Standing, int) {
	age, known := p.Age(today)
	switch {
	case p.Evidence == "" || !known:
		return Unproven, -1
	case age > int(p.MaxAge/estate.Day):
		return Old, age
	}
	return Proven, age
}

func vendorResult(v estate.Vendor, services []estate.Service, today string) VendorResult {
	r := VendorResult{Vendor: v, Services: []string{}}
	for _, s := range services {
		if slices.Contains(s.Vendors, v.Name) {
			r.Services = append(r.Services, s.Name)
		}
	}
	slices.Sort(r.Services)
	switch r.Standing, _ = standing(v.Proof, today); {
	case v.Agreement == "":
		r.Standing = Unanswered
	case v.Until != "" && v.Until < today:
		r.Standing = Old
	}
	return r
}

func continuity(s estate.Service) ContinuityResult {
	r := ContinuityResult{Service: s.Name, Criticality: s.Criticality, Workaround: s.Workaround, Communication: s.Communication,
		Authority: s.Authority, Contact: s.Contact, Vendors: s.Vendors, Missing: []string{}}
	for _, need := range []struct {
		key    string
		stated bool
	}{{"workaround", s.Workaround != ""}, {"communication", s.Communication != ""}, {"authority", s.Authority != ""}, {"contact", s.Contact != ""}, {"vendors", s.Vendors != nil}} {
		if !need.stated {
			r.Missing = append(r.Missing, need.key)
		}
	}
	return r
}
