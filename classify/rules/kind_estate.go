package rules

import (
	"iter"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// integrationKind is about systems that talk. The asset is the machine of the estate at one of its ends.
func integrationKind() kind {
	return kind{name: "integration", doc: "two systems that talk",
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				for i := range w.Integrations {
					in := &w.Integrations[i]
					g := group{asset: in.From, seen: strings.Join(slices.Concat(in.Observed, in.Configured, in.Declared), "; "), subjects: []subject{{item: in}}}
					g.seen = short(g.seen, 240)
					for _, end := range []string{in.From, in.To} {
						if hosts := in.Hosts(end); len(hosts) > 0 {
							g.asset = hosts[0]
							break
						}
					}
					if m := w.byHost[strings.TrimPrefix(g.asset, "host/")]; m != nil {
						g.stake = m.stake
					}
					for _, c := range in.Classes {
						g.stake.hold(c.Class)
					}
					if !yield(g) {
						return
					}
				}
			}
		},
		fields: []Field{
			about("integration.from", expr.TypeText, "the end that opens the connection", func(i *estate.Integration) Fact { return word(strings.TrimPrefix(i.From, "host/")) }),
			about("integration.to", expr.TypeText, "the other end", func(i *estate.Integration) Fact { return word(strings.TrimPrefix(i.To, "host/")) }),
			about("integration.protocol", expr.TypeText, "what they speak", func(i *estate.Integration) Fact { return word(i.Protocol) }),
			about("integration.kind", expr.TypeText, "what it is for", func(i *estate.Integration) Fact { return word(i.Kind) }),
			about("integration.encryption", expr.TypeText, "tls, starttls, ssh, plain, mixed or unknown", func(i *estate.Integration) Fact {
				if i.Encryption == estate.UnknownEncryption || i.Encryption == "" {
					return missing(estate.Gap{Section: "integrations", Coverage: estate.NotAsked, Problem: "whether it is encrypted does not show", Mend: "state encryption: for it in engagement.yaml, or read the configuration of either end"})
				}
				return word(i.Encryption)
			}),
			about("integration.proof", expr.TypeText, "by which proof the one end shows who it is", func(i *estate.Integration) Fact {
				if i.Authentication == estate.UnknownProof || i.Authentication == "" {
					return missing(estate.Gap{Section: "integrations", Coverage: estate.NotAsked, Problem: "by which proof it is let in does not show", Mend: "state authentication: for it in engagement.yaml"})
				}
				return word(i.Authentication)
			}),
			about("integration.inside", expr.TypeBool, "both ends are the same machine", func(i *estate.Integration) Fact { return truth(i.IsInside()) }),
			about("integration.leaves", expr.TypeBool, "one end is another party", func(i *estate.Integration) Fact {
				return truth(strings.HasPrefix(i.From, "outside/") || strings.HasPrefix(i.To, "outside/"))
			}),
			about("integration.owned", expr.TypeBool, "somebody is stated to answer for it", func(i *estate.Integration) Fact { return truth(i.Owner != "") }),
			{"integration.agreement", expr.TypeText, "on patients' data with the other party: signed, none, not-needed; empty where nobody answered", func(s *subject) Fact {
				i, _ := s.item.(*estate.Integration)
				return word(agreementOf(s.world, outsider(i)))
			}},
			about("integration.planned", expr.TypeBool, "it comes with a move", func(i *estate.Integration) Fact { return truth(i.Planned) }),
			about("integration.regulated", expr.TypeBool, "data that a law protects crosses it for sure: by protocol, database, model or declaration", func(i *estate.Integration) Fact {
				return truth(slices.ContainsFunc(i.Classes, func(c estate.Crossing) bool {
					return isRegulated(c.Class) && c.By != estate.ByService && c.By != estate.ByNothing
				}))
			}),
			about("integration.health", expr.TypeBool, "health records cross it for sure", func(i *estate.Integration) Fact {
				return truth(slices.ContainsFunc(i.Classes, func(c estate.Crossing) bool { return c.Class == estate.PHI && c.By != estate.ByService }))
			}),
			about("integration.classes", expr.TypeText, "classes that cross it for sure", func(i *estate.Integration) Fact {
				var classes []string
				for _, c := range i.Classes {
					if c.By != estate.ByService && !slices.Contains(classes, string(c.Class)) {
						classes = append(classes, string(c.Class))
					}
				}
				return word(strings.Join(classes, ", "))
			}),
			{"integration.crosses_environments", expr.TypeText, "a system outside production that it ties to one of production, and the direction; empty where it does not", func(s *subject) Fact {
				i, _ := s.item.(*estate.Integration)
				from, to := s.world.byHost[strings.TrimPrefix(i.From, "host/")], s.world.byHost[strings.TrimPrefix(i.To, "host/")]
				if from == nil || to == nil {
					return word("")
				}
				if from.Environment == estate.NonProduction && to.Environment == estate.Production || from.Environment == estate.Production && to.Environment == estate.NonProduction {
					return word(from.Name + " to " + to.Name)
				}
				return word("")
			}},
		}}
}

// serviceKind is about business services and what people stated of them.
func serviceKind() kind {
	stated := func(field, doc string, of func(*estate.Service) string) Field {
		return about(field, expr.TypeBool, doc, func(s *estate.Service) Fact { return truth(of(s) != "") })
	}
	return kind{name: "service", doc: "a business service of engagement.yaml",
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				for i := range w.Services {
					s := &w.Services[i]
					g := group{asset: "service/" + s.Name, seen: "engagement.yaml", subjects: []subject{{item: s}}}
					g.stake.serve(s.Criticality)
					for _, class := range w.classesOf(s) {
						g.stake.hold(class)
					}
					if !yield(g) {
						return
					}
				}
			}
		},
		fields: []Field{
			about("service.name", expr.TypeText, "its name", func(s *estate.Service) Fact { return word(s.Name) }),
			about("service.environment", expr.TypeText, "production, non-production, target, shared or unknown", func(s *estate.Service) Fact { return word(s.Environment) }),
			about("service.criticality", expr.TypeText, "as stated; empty where it is not", func(s *estate.Service) Fact { return word(s.Criticality) }),
			about("service.critical", expr.TypeBool, "it is life-critical or business-critical", func(s *estate.Service) Fact {
				return truth(s.Criticality == estate.LifeCritical || s.Criticality == estate.BusinessCritical)
			}),
			stated("service.owned", "an owner is stated", func(s *estate.Service) string { return s.Owner }),
			stated("service.reachable", "a contact is stated", func(s *estate.Service) string { return s.Contact }),
			stated("service.workaround", "what people do without it is stated", func(s *estate.Service) string { return s.Workaround }),
			stated("service.communication", "how wards and staff learn that it is down is stated", func(s *estate.Service) string { return s.Communication }),
			stated("service.authority", "who decides to go without it, and to switch over, is stated", func(s *estate.Service) string { return s.Authority }),
			about("service.vendors_stated", expr.TypeBool, "whose failure takes it down is stated, also where it is none's", func(s *estate.Service) Fact { return truth(s.Vendors != nil) }),
			about("service.rto_hours", expr.TypeInt, "hours in which it has to be back; -1 where nobody stated it", func(s *estate.Service) Fact { return hours(s.RTO) }),
			about("service.rpo_minutes", expr.TypeInt, "minutes of data that may be lost; -1 where nobody stated it", func(s *estate.Service) Fact {
				if s.RPO == 0 {
					return number(-1)
				}
				return number(int(s.RPO / time.Minute))
			}),
			{"service.single_hosts", expr.TypeText, "machines of it that no other machine of it could stand in for, by what runs there", func(s *subject) Fact {
				service, _ := s.item.(*estate.Service)
				return singles(s.world, service)
			}},
			{"service.archiving", expr.TypeBool, "all its PostgreSQL servers archive their write-ahead log", func(s *subject) Fact {
				service, _ := s.item.(*estate.Service)
				for _, p := range s.world.servers {
					if !slices.Contains(p.services, service) {
						continue
					}
					if on := setting(p, "archive_mode", "off", func(v string) Fact { return truth(v != "off") }); on.Value.String() != "true" {
						return on
					}
				}
				return truth(true)
			}},
			{"service.databases", expr.TypeInt, "PostgreSQL servers that it needs, of those that were read", func(s *subject) Fact {
				service, _ := s.item.(*estate.Service)
				n := 0
				for _, p := range s.world.servers {
					if slices.Contains(p.services, service) {
						n++
					}
				}
				return number(n)
			}},
		}}
}

func hours(d time.Duration) Fact {
	if d == 0 {
		return number(-1)
	}
	return number(int(d.Hours()))
}

// singles lists the machines of a service that run something that no other machine of it runs. Databases
// are told by their standbys.
func singles(w *world, service *estate.Service) Fact {
	mates := map[string]int{}
	var list []*machine
	for _, m := range w.machines {
		if slices.Contains(m.services, service) {
			list = append(list, m)
		}
	}
	serving := func(m *machine) []string {
		var products []string
		for _, a := range m.Applications.Value {
			if a.Running && slices.Contains([]string{"odoo", "nginx", "haproxy", "apache", "traefik", "hl7-listener", "mirth", "dicom", "redis", "slapd", "lighttpd", "mysql"}, a.Kind) {
				products = append(products, a.Kind)
			}
		}
		return products
	}
	for _, m := range list {
		if gap, open := partial("applications", m.Applications); open {
			return missing(gap)
		}
		for _, product := range serving(m) {
			mates[product]++
		}
	}
	var alone []string
	for _, m := range list {
		single := slices.ContainsFunc(serving(m), func(product string) bool {
			return mates[product] == 1
		})
		if single {
			alone = append(alone, m.Name)
		}
	}
	slices.Sort(alone)
	return word(firstOf(alone))
}
