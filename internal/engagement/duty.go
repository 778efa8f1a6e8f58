package engagement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// Proof is what shows that an answer holds.
type Proof struct {
	Evidence string        `yaml:"evidence"`
	Date     Day           `yaml:"date"`
	MaxAge   time.Duration `yaml:"max_age"` // that of the question when not stated
}

// Responsibility says who does a duty.
type Responsibility struct {
	Duty  string       `yaml:"duty"` // one of estate.StandingDuties
	By    estate.Party `yaml:"by"`
	Who   string       `yaml:"who"`
	Proof `yaml:",inline"`
}

// Practice says how far a practice is followed.
type Practice struct {
	Practice string       `yaml:"practice"` // one of estate.Practices
	State    estate.State `yaml:"state"`
	StatedBy string       `yaml:"stated_by"`
	Note     string       `yaml:"note"`
	Proof    `yaml:",inline"`
}

// Vendor is another company that the estate depends on.
type Vendor struct {
	Name      string           `yaml:"name"`
	Provides  string           `yaml:"provides"`
	Contact   string           `yaml:"contact"`
	Parties   []string         `yaml:"parties"` // "outside/NAME", as integrations name it
	Agreement estate.Agreement `yaml:"agreement"`
	Until     Day              `yaml:"until"`
	Exit      string           `yaml:"exit"`
	Proof     `yaml:",inline"`
}

// Change is a change of an asset that was meant, and written down.
type Change struct {
	Asset string `yaml:"asset"` // "host/NAME", "postgres/NAME", "odoo/NAME", "cluster/NAME"
	Date  Day    `yaml:"date"`
	By    string `yaml:"by"`
	Why   string `yaml:"why"`
}

// duties checks who answers for what, and what is said of practices and vendors.
func (c *checker) duties() {
	seen := map[string]int{}
	for i, r := range c.e.Responsibilities {
		path := fmt.Sprintf("responsibilities[%d]", i)
		c.question(path, "duty", r.Duty, estate.StandingDuties(), seen)
		c.required(path+".by", string(r.By), "it does not say who", "add by: provider, customer or nobody")
		choice(c, path+".by", r.By, estate.ByProvider, estate.ByCustomer, estate.ByNobody)
		if r.By == estate.ByNobody && r.Who != "" {
			c.f.Fault(path+".who", "somebody does what nobody does", "write by: provider or customer, or leave who: out")
		}
		c.proof(path, r.Proof)
	}
	seen = map[string]int{}
	for i, p := range c.e.Practices {
		path := fmt.Sprintf("practices[%d]", i)
		c.question(path, "practice", p.Practice, estate.Practices(), seen)
		c.required(path+".state", string(p.State), "it does not say how far it is followed", "add state: in-place, partly, missing or not-needed")
		choice(c, path+".state", p.State, estate.InPlace, estate.Partly, estate.Lacking, estate.NotNeeded)
		c.required(path+".stated_by", p.StatedBy, "nobody answers for this", "add stated_by: NAME, ROLE")
		if p.State == estate.InPlace {
			c.required(path+".evidence", p.Evidence, "nothing shows it", "add evidence: with a report, ticket or protocol")
		}
		if p.State == estate.NotNeeded {
			c.required(path+".note", p.Note, "it does not say why it is not needed", "add note:")
		}
		c.proof(path, p.Proof)
	}
	c.vendors()
	for i, change := range c.e.Changes {
		path := fmt.Sprintf("changes[%d]", i)
		kind, name, _ := strings.Cut(change.Asset, "/")
		names, known := map[string][]string{"host": c.hosts, "postgres": c.servers, "odoo": c.odoos, "cluster": c.clusters}[kind]
		if known && name != "" {
			c.known(path+".asset", "asset", name, names)
		} else {
			c.f.Fault(path+".asset", fmt.Sprintf("%.70q is no asset", change.Asset), "write host/NAME, postgres/NAME, odoo/NAME or cluster/NAME")
		}
		c.required(path+".date", string(change.Date), "a change without a date", "add date: 2026-01-31")
		c.required(path+".by", change.By, "a change that nobody approved", "add by: NAME, ROLE")
		c.required(path+".why", change.Why, "a change without a reason", "add why: with the change or ticket")
	}
}

// question checks that an answer belongs to a question, and is the only one.
func (c *checker) question(path, key, name string, questions []estate.Question, seen map[string]int) {
	at := path + "." + key
	words := make([]string, len(questions))
	for i, q := range questions {
		words[i] = q.Name
	}
	c.required(at, name, "an answer to nothing", "add "+key+": "+strings.Join(words, ", "))
	if name != "" && !slices.Contains(words, name) {
		c.f.Fault(at, fmt.Sprintf("no %s is called %q", key, name), yamlfile.Mend(name, words))
	}
	if first, twice := seen[name]; twice && name != "" {
		c.f.Fault(at, fmt.Sprintf("%q is answered on line %d already", name, first), "keep one of the two")
	}
	seen[name] = c.f.Line(at)
}

// proof checks that evidence has a date, without which nobody can tell how old it is.
func (c *checker) proof(path string, p Proof) {
	if p.Evidence != "" {
		c.required(path+".date", string(p.Date), "evidence without a date", "add date: 2026-01-31")
	} else if p.Date != "" {
		c.f.Fault(path+".date", "a date of no evidence", "add evidence: with a report, ticket or protocol")
	}
	if p.MaxAge < estate.Day && c.f.Has(path+".max_age") && !c.f.Faulty(path+".max_age") {
		c.f.Fault(path+".max_age", "evidence that is old at once", "write it like 35d, or leave the line out")
	}
}

func (c *checker) vendors() {
	names := make([]string, len(c.e.Vendors))
	for i, v := range c.e.Vendors {
		names[i] = v.Name
		path := fmt.Sprintf("vendors[%d]", i)
		choice(c, path+".agreement", v.Agreement, estate.Signed, estate.NoAgreement, estate.AgreementUnneeded)
		if v.Until != "" && v.Agreement != estate.Signed {
			c.f.Fault(path+".until", "the end of an agreement that is not signed", "write agreement: signed, or leave until: out")
		}
		for j, party := range v.Parties {
			if name, outside := strings.CutPrefix(party, "outside/"); !outside || name == "" {
				c.f.Fault(fmt.Sprintf("%s.parties[%d]", path, j), fmt.Sprintf("%.70q is no party outside", party), "write outside/NAME, as integrations name it")
			}
		}
		c.proof(path, v.Proof)
	}
	c.names("vendors", "vendor", names)
	for i, s := range c.e.Services {
		for j, name := range s.Vendors {
			c.known(fmt.Sprintf("services[%d].vendors[%d]", i, j), "vendor", name, names)
		}
	}
}

// Word is what people stated of responsibilities, practices and vendors, each with its line.
func (e *Engagement) Word() estate.Word {
	var w estate.Word
	for i, r := range e.Responsibilities {
		question, _ := estate.QuestionOf(estate.StandingDuties(), r.Duty)
		w.Responsibilities = append(w.Responsibilities, estate.Responsibility{Duty: r.Duty, By: r.By, Who: r.Who,
			Proof: e.proofOf(r.Proof, question.MaxAge, fmt.Sprintf("responsibilities[%d]", i))})
	}
	for i, p := range e.Practices {
		question, _ := estate.QuestionOf(estate.Practices(), p.Practice)
		w.Practices = append(w.Practices, estate.Practice{Practice: p.Practice, State: p.State, By: p.StatedBy, Note: p.Note,
			Proof: e.proofOf(p.Proof, question.MaxAge, fmt.Sprintf("practices[%d]", i))})
	}
	for i, v := range e.Vendors {
		w.Vendors = append(w.Vendors, estate.Vendor{Name: v.Name, Provides: v.Provides, Contact: v.Contact, Parties: v.Parties, Agreement: v.Agreement,
			Until: string(v.Until), Exit: v.Exit, Proof: e.proofOf(v.Proof, 365*estate.Day, fmt.Sprintf("vendors[%d]", i))})
	}
	for _, c := range e.Changes {
		w.Changes = append(w.Changes, estate.StatedChange{Asset: c.Asset, Date: string(c.Date), By: c.By, Why: c.Why})
	}
	return w
}

func (e *Engagement) proofOf(p Proof, usual time.Duration, path string) estate.Proof {
	if p.MaxAge == 0 {
		p.MaxAge = usual
	}
	return estate.Proof{Evidence: p.Evidence, Date: string(p.Date), MaxAge: p.MaxAge, Where: e.Line(path)}
}
