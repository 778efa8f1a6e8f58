package rules

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// duty is a question of who does something, with the answer; nil where nobody gave one.
type duty struct {
	estate.Question

	answer *estate.Responsibility
}

// practice is a question of whether something is done, with the answer; nil where nobody gave one.
type practice struct {
	estate.Question

	answer *estate.Practice
}

// answers makes a group of each question of a list, by what finds its answer.
func answers[T any](kind string, questions func() []estate.Question, subjectOf func(*world, estate.Question) (T, estate.Proof)) func(*world) iter.Seq[group] {
	return func(w *world) iter.Seq[group] {
		return func(yield func(group) bool) {
			for _, q := range questions() {
				item, proof := subjectOf(w, q)
				if !yield(group{asset: kind + "/" + q.Name, seen: cmp.Or(proof.Where, "engagement.yaml"), subjects: []subject{{item: &item}}}) {
					return
				}
			}
		}
	}
}

// dutyKind is about who does what. That nobody answered is itself a finding, so nothing of it is ever unknown.
func dutyKind() kind {
	told := func(name string, t expr.Type, doc string, of func(*estate.Responsibility) Fact) Field {
		return about(name, t, doc, func(d *duty) Fact {
			if d.answer == nil {
				return of(&estate.Responsibility{})
			}
			return of(d.answer)
		})
	}
	return kind{name: "duty", doc: "work that somebody has to do, by the responsibilities of engagement.yaml",
		groups: answers("duty", estate.StandingDuties, func(w *world, q estate.Question) (duty, estate.Proof) {
			i := slices.IndexFunc(w.Word.Responsibilities, func(r estate.Responsibility) bool { return r.Duty == q.Name })
			if i < 0 {
				return duty{Question: q}, estate.Proof{}
			}
			return duty{q, &w.Word.Responsibilities[i]}, w.Word.Responsibilities[i].Proof
		}),
		fields: append([]Field{
			about("duty.question", expr.TypeText, "what is asked", func(d *duty) Fact { return word(d.Text) }),
			told("duty.by", expr.TypeText, "provider, customer, nobody; empty where nobody answered", func(r *estate.Responsibility) Fact { return word(r.By) }),
			told("duty.who", expr.TypeText, "team or person; empty where none is stated", func(r *estate.Responsibility) Fact { return word(r.Who) }),
		}, proofFields("duty", func(item any) (estate.Proof, bool) {
			d, is := item.(*duty)
			if !is || d.answer == nil {
				return estate.Proof{}, is
			}
			return d.answer.Proof, true
		})...),
	}
}

// practiceKind is about what should be so and does not show on any system.
func practiceKind() kind {
	told := func(name string, t expr.Type, doc string, of func(*estate.Practice) Fact) Field {
		return about(name, t, doc, func(p *practice) Fact {
			if p.answer == nil {
				return missing(estate.Gap{Section: "practices", Coverage: estate.NotAsked, Problem: "nobody answered: " + p.Text, Mend: "state practices: " + p.Name + " in engagement.yaml"})
			}
			return of(p.answer)
		})
	}
	return kind{name: "practice", doc: "what should be so and shows on no system, by the practices of engagement.yaml",
		groups: answers("practice", estate.Practices, func(w *world, q estate.Question) (practice, estate.Proof) {
			i := slices.IndexFunc(w.Word.Practices, func(p estate.Practice) bool { return p.Practice == q.Name })
			if i < 0 {
				return practice{Question: q}, estate.Proof{}
			}
			return practice{q, &w.Word.Practices[i]}, w.Word.Practices[i].Proof
		}),
		fields: append([]Field{
			about("practice.name", expr.TypeText, "its name in engagement.yaml", func(p *practice) Fact { return word(p.Name) }),
			about("practice.question", expr.TypeText, "what is asked", func(p *practice) Fact { return word(p.Text) }),
			told("practice.state", expr.TypeText, "in-place, partly, missing or not-needed", func(p *estate.Practice) Fact { return word(p.State) }),
			told("practice.lacking", expr.TypeBool, "it is missing, or followed in part", func(p *estate.Practice) Fact {
				return truth(p.State == estate.Lacking || p.State == estate.Partly)
			}),
			told("practice.by", expr.TypeText, "who says so", func(p *estate.Practice) Fact { return word(p.By) }),
		}, proofFields("practice", func(item any) (estate.Proof, bool) {
			p, is := item.(*practice)
			if !is || p.answer == nil {
				return estate.Proof{}, is
			}
			return p.answer.Proof, true
		})...),
	}
}

// vendorKind is about the companies that the estate depends on.
func vendorKind() kind {
	return kind{name: "vendor", doc: "a company that the estate depends on, by engagement.yaml",
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				for i := range w.Word.Vendors {
					v := &w.Word.Vendors[i]
					g := group{asset: "vendor/" + v.Name, seen: v.Where, subjects: []subject{{item: v}}}
					for _, s := range w.Services {
						if slices.Contains(s.Vendors, v.Name) {
							g.stake.serve(s.Criticality)
						}
					}
					if !yield(g) {
						return
					}
				}
			}
		},
		fields: append([]Field{
			about("vendor.name", expr.TypeText, "its name", func(v *estate.Vendor) Fact { return word(v.Name) }),
			about("vendor.agreement", expr.TypeText, "on patients' data: signed, none, not-needed; empty where nobody answered", func(v *estate.Vendor) Fact { return word(v.Agreement) }),
			{"vendor.agreement_days_left", expr.TypeInt, "days until the agreement ends; negative when past", func(s *subject) Fact {
				v, _ := s.item.(*estate.Vendor)
				return days(dateOf(s.world.Today), dateOf(v.Until), "vendors")
			}},
			about("vendor.reachable", expr.TypeBool, "a contact is stated", func(v *estate.Vendor) Fact { return truth(v.Contact != "") }),
			about("vendor.exit", expr.TypeBool, "what is done when it fails or ends is stated", func(v *estate.Vendor) Fact { return truth(v.Exit != "") }),
		}, proofFields("vendor", func(item any) (estate.Proof, bool) {
			v, is := item.(*estate.Vendor)
			if !is {
				return estate.Proof{}, false
			}
			return v.Proof, true
		})...),
	}
}

// proofFields are about the evidence of an answer.
func proofFields(kind string, of func(item any) (estate.Proof, bool)) []Field {
	field := func(name string, t expr.Type, doc string, told func(*world, estate.Proof) Fact) Field {
		return Field{kind + "." + name, t, doc, func(s *subject) Fact {
			proof, is := of(s.item)
			if !is {
				return missing(estate.Gap{Section: kind, Coverage: estate.Failed, Problem: "asked of another kind of subject"})
			}
			return told(s.world, proof)
		}}
	}
	return []Field{
		field("evidence", expr.TypeText, "what shows it; empty where nothing does", func(_ *world, p estate.Proof) Fact { return word(p.Evidence) }),
		field("evidence_date", expr.TypeText, "date of the evidence", func(_ *world, p estate.Proof) Fact { return word(p.Date) }),
		field("evidence_days", expr.TypeInt, "days since the evidence; -1 where there is none, or its date is still to come", func(w *world, p estate.Proof) Fact {
			if age, known := p.Age(w.Today); known {
				return number(age)
			}
			return number(-1)
		}),
		field("evidence_days_allowed", expr.TypeInt, "days after which evidence shows nothing any more", func(_ *world, p estate.Proof) Fact { return number(int(p.MaxAge / estate.Day)) }),
	}
}

func dateOf(day string) time.Time {
	at, _ := time.Parse(time.DateOnly, day) // zero where it is not stated
	return at
}

// agreementOf is what is stated of the agreement with a party outside; empty where no vendor bears its name.
func agreementOf(w *world, party string) estate.Agreement {
	for _, v := range w.Word.Vendors {
		if slices.Contains(v.Parties, party) || "outside/"+v.Name == party {
			return v.Agreement
		}
	}
	return ""
}

// outsider is the end of an integration that is another party; empty where both are of the estate.
func outsider(i *estate.Integration) string {
	for _, end := range []string{i.From, i.To} {
		if strings.HasPrefix(end, "outside/") {
			return end
		}
	}
	return ""
}
