// Package workload ties an estate into what is placed, protected and brought back as one: a business service with its
// machines, databases and Odoo servers. What no service names is a workload of its own, so that nothing is left out:
// a machine with what runs there, a database server, a database, an Odoo server.
//
// It says which role each has with regulated data, with evidence, and offers facts of it to the tables of tenancy,
// recovery and readiness ([Schema]). It is pure.
package workload

import (
	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// Role is what a workload does with regulated data.
type Role string

// The roles.
const (
	Processes Role = "processes regulated data"
	Consumes  Role = "consumes masked or summarised data"
	Neither   Role = "neither"
	Unknown   Role = "unknown"
)

// Workload is what moves as one.
type Workload struct {
	Name        string             `json:"name"` // "service/erp", "host/bastion", "postgres/erp/clinic_test"
	Environment estate.Environment `json:"environment"`
	Criticality estate.Criticality `json:"criticality,omitempty"` // empty where nobody stated it
	Owner       string             `json:"owner,omitempty"`
	Hosts       []string           `json:"hosts,omitempty"`
	Servers     []string           `json:"servers,omitempty"`   // PostgreSQL servers that hold its databases
	Databases   []string           `json:"databases,omitempty"` // SERVER/DATABASE
	Odoo        []string           `json:"odoo,omitempty"`

	Role     Role     `json:"role"`
	Evidence []string `json:"evidence"`          // of the role
	Unknowns []string `json:"unknown,omitempty"` // what keeps the role, or the classes, from being sure
	Classes  []Holds  `json:"classes,omitempty"` // classes that need protection, what harms most first

	parts parts
	facts expr.Facts
}

// Holds is a class of data in a workload, with what shows it.
type Holds struct {
	Class    estate.DataClass `json:"class"`
	Evidence []string         `json:"evidence"` // the first few
}

// parts are the assets of a workload.
type parts struct {
	service *estate.Service // nil where no service names it
	hosts   []*estate.Host
	servers []*estate.PostgresServer
	odoo    []*estate.OdooServer
}

// Service is the business service that it is, or nil.
func (w *Workload) Service() *estate.Service { return w.parts.service }

// Machines are its machines that are in the inventory, in order of name.
func (w *Workload) Machines() []*estate.Host { return w.parts.hosts }

// DatabaseServers are its PostgreSQL servers, in order of name.
func (w *Workload) DatabaseServers() []*estate.PostgresServer { return w.parts.servers }

// Holds tells whether it holds or passes on a class of data, for sure.
func (w *Workload) Holds(class estate.DataClass) bool {
	for _, h := range w.Classes {
		if h.Class == class {
			return true
		}
	}
	return false
}

// Assets lists what it is made of, as findings name assets, the workload itself first.
func (w *Workload) Assets() []string {
	assets := []string{w.Name}
	for _, kind := range []struct {
		prefix string
		names  []string
	}{{"host/", w.Hosts}, {"postgres/", w.Servers}, {"postgres/", w.Databases}, {"odoo/", w.Odoo}} {
		for _, name := range kind.names {
			if asset := kind.prefix + name; asset != w.Name {
				assets = append(assets, asset)
			}
		}
	}
	return assets
}

// Database is what classification says of one.
type Database struct {
	Coverage estate.Coverage
	Classes  map[estate.DataClass]int // number of columns
}

// Files is a group of files outside of databases, with its class.
type Files struct {
	Asset string // "host/NAME", "odoo/NAME"
	What  string // folder and pattern
	Class estate.DataClass
	Sure  bool // by their form, not by where they lie
}

// Input is what workloads are gathered from.
type Input struct {
	Inventory    *estate.Inventory
	Services     []estate.Service
	Integrations []estate.Integration
	Databases    map[string]Database // by SERVER/DATABASE
	Files        []Files
	Copies       []estate.Copy
	Findings     []estate.Finding
}
