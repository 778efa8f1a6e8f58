package rules

import (
	"iter"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// Field is a fact that rules about a kind of subject can ask for.
type Field struct {
	Name string // "listener.port"
	Type expr.Type
	Doc  string // what it means

	of func(*subject) Fact
}

// kind is what a rule can be about: machines, their listeners, roles of a database server.
type kind struct {
	name   string
	doc    string
	within string // the kind around it, whose fields its rules can ask for, too
	fields []Field
	groups func(*world) iter.Seq[group]
}

// subject is one thing that a rule is held against, with what is around it.
type subject struct {
	world    *world
	host     *machine
	server   *server
	database *estate.Database
	odoo     *erp
	cluster  *estate.Cluster
	item     any // pointer to the noun of the subject's kind
}

// group holds the subjects of one kind on one asset.
type group struct {
	asset    string
	stake    stake
	seen     string // by which way and when they were seen
	gap      estate.Gap
	gapped   bool // not all subjects are known, or none
	subjects []subject
}

// about makes a field of a kind's own noun.
func about[T any](name string, t expr.Type, doc string, of func(*T) Fact) Field {
	return Field{name, t, doc, func(s *subject) Fact {
		item, ok := s.item.(*T)
		if !ok {
			return missing(estate.Gap{Section: name, Coverage: estate.Failed, Problem: "asked of another kind of subject"})
		}
		return of(item)
	}}
}

// kinds lists everything that a rule can be about.
func kinds() []kind {
	return []kind{
		hostKind(), listenerKind(), accountKind(), sudoKind(), certificateKind(), routeKind(), containerKind(), mountKind(), folderKind(), unitKind(),
		changeKind(), callKind(), odooConfigurationKind(), redisConfigurationKind(),
		postgresKind(), roleKind(), accessKind(), slotKind(), databaseKind(),
		odooKind(), odooUserKind(), mailKind(), providerKind(), parameterKind(), apiKeyKind(), actionKind(), moduleKind(), queueKind(),
		integrationKind(), serviceKind(), dutyKind(), practiceKind(), vendorKind(), driftKind(),
		clusterKind(), namespaceKind(), workloadKind(), podKind(), imageKind(), wayInKind(), openingKind(), volumeKind(), bindingKind(), gitOpsKind(),
	}
}

// catalogue knows the kinds by name, with the fields that each may ask for.
type catalogue struct {
	order  []string
	byName map[string]kind
	fields map[string]map[string]Field // by kind and name
	schema map[string]expr.Schema
}

func newCatalogue() catalogue {
	c := catalogue{byName: map[string]kind{}, fields: map[string]map[string]Field{}, schema: map[string]expr.Schema{}}
	for _, k := range kinds() {
		c.order = append(c.order, k.name)
		c.byName[k.name] = k
		fields, schema := map[string]Field{}, expr.Schema{}
		for at := k; ; at = c.byName[at.within] {
			for _, f := range at.fields {
				fields[f.Name], schema[f.Name] = f, f.Type
			}
			if at.within == "" {
				break
			}
		}
		c.fields[k.name], c.schema[k.name] = fields, schema
	}
	return c
}

// Kind is a kind of subject with its fields, for people who write rules.
type Kind struct {
	Name   string
	Doc    string
	Within string // rules can ask for the fields of this kind, too
	Fields []Field
}

// Kinds lists what rules can be about.
func Kinds() []Kind {
	var list []Kind
	for _, k := range kinds() {
		list = append(list, Kind{k.name, k.doc, k.within, k.fields})
	}
	return list
}
