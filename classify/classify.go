// Package classify turns an inventory into judgement: which classes of data live where, and which systems
// talk. It is pure: no clock, no network, the same bytes for the same inventory.
package classify

import (
	"cmp"
	"slices"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// Version is the format of [Classification] and [Assessment].
const Version = 1

// Classification says which class of data each column holds, with evidence, rolled up to tables,
// databases and services. It is saved as classification.yaml.
type Classification struct {
	Version   int              `yaml:"version" json:"version"`
	Basis     string           `yaml:"basis" json:"basis"` // what the judgement rests on, in words
	Databases []DatabaseResult `yaml:"databases" json:"databases"`
	Services  []ServiceResult  `yaml:"services" json:"services"`
	Overrides []OverrideResult `yaml:"overrides,omitempty" json:"overrides,omitempty"` // what people decided, and how it stands
	Files     []FileResult     `yaml:"files,omitempty" json:"files,omitempty"`         // outside of databases
}

// DatabaseResult is one database with the classes found in its tables.
type DatabaseResult struct {
	Server   string                   `yaml:"server" json:"server"`
	Database string                   `yaml:"database" json:"database"`
	Coverage estate.Coverage          `yaml:"coverage" json:"coverage"`
	Problem  string                   `yaml:"problem,omitempty" json:"problem,omitempty"`
	Basis    string                   `yaml:"basis" json:"basis"` // what the judgement rests on: rows, and by whose leave, or none
	Odoo     bool                     `yaml:"odoo" json:"odoo"`   // the catalogue applies
	Class    estate.DataClass         `yaml:"class" json:"class"`
	Columns  map[estate.DataClass]int `yaml:"columns" json:"columns"` // number of columns a class
	Tables   []TableResult            `yaml:"tables" json:"tables"`
}

// TableResult is one table. Columns without sensitive data are listed by name only.
type TableResult struct {
	Schema      string           `yaml:"schema" json:"schema"`
	Table       string           `yaml:"table" json:"table"`
	Class       estate.DataClass `yaml:"class" json:"class"`
	Rows        int64            `yaml:"rows" json:"rows"`                                   // the planner's estimate, -1 when never analysed
	Unread      string           `yaml:"unread,omitempty" json:"unread,omitempty"`           // why rows were not read, or not all that should have been
	Sensitive   []ColumnResult   `yaml:"sensitive,omitempty" json:"sensitive,omitempty"`     // with evidence
	Operational []string         `yaml:"operational,omitempty" json:"operational,omitempty"` // nothing to protect
	Public      []string         `yaml:"public,omitempty" json:"public,omitempty"`           // published lists
	NotAssessed []string         `yaml:"not_assessed,omitempty" json:"not_assessed,omitempty"`
}

// ColumnResult is one column's class with the evidence that decided it.
type ColumnResult struct {
	Column     string           `yaml:"column" json:"column"`
	Class      estate.DataClass `yaml:"class" json:"class"`
	Subtype    string           `yaml:"subtype,omitempty" json:"subtype,omitempty"`
	Article9   string           `yaml:"article9,omitempty" json:"article9,omitempty"`     // category of GDPR Art. 9 (or 10), such as "health"
	Cardholder string           `yaml:"cardholder,omitempty" json:"cardholder,omitempty"` // PCI DSS: "cardholder data", or "authentication data" that may never be stored
	Also       []Label          `yaml:"also,omitempty" json:"also,omitempty"`             // further labels, strongest first
	Confidence float64          `yaml:"confidence" json:"confidence"`                     // 0 to 1; of ten columns with 0.9, nine are right
	Evidence   []Evidence       `yaml:"evidence" json:"evidence"`
}

// Label is one more class that a column's data belongs to beside its primary one.
type Label struct {
	Class      estate.DataClass `yaml:"class" json:"class"`
	Subtype    string           `yaml:"subtype,omitempty" json:"subtype,omitempty"`
	Confidence float64          `yaml:"confidence" json:"confidence"`
}

// Evidence is one reason for a class.
type Evidence struct {
	Kind   string           `yaml:"kind" json:"kind"` // "catalogue", "name", "values", "context"
	Class  estate.DataClass `yaml:"class" json:"class"`
	Weight float64          `yaml:"weight" json:"weight"` // 0 to 1; below 0 where it speaks against
	Detail string           `yaml:"detail" json:"detail"`
}

// ServiceResult is a business service with the classes of the databases it uses.
type ServiceResult struct {
	Service   string                   `yaml:"service" json:"service"`
	Class     estate.DataClass         `yaml:"class" json:"class"`
	Columns   map[estate.DataClass]int `yaml:"columns" json:"columns"`
	Databases []string                 `yaml:"databases" json:"databases"` // those found, as SERVER/DATABASE
	Missing   []string                 `yaml:"missing,omitempty" json:"missing,omitempty"`
}

// Classifier classifies columns by the catalogue and by their names.
type Classifier struct {
	catalogue *detect.Catalogue
	knowledge *detect.Knowledge
	overrides map[[3]string]estate.ClassOverride // by place
	listed    []estate.ClassOverride             // the same, in the order of the file
}

// NewClassifier loads the embedded knowledge.
func NewClassifier() (*Classifier, error) {
	catalogue, err := detect.LoadCatalogue()
	if err != nil {
		return nil, err
	}
	knowledge, err := detect.Load()
	if err != nil {
		return nil, err
	}
	return &Classifier{catalogue: catalogue, knowledge: knowledge}, nil
}

// Classify judges every database of the inventory and rolls the result up to the services.
func (c *Classifier) Classify(inventory estate.Inventory, services []estate.Service) Classification {
	result := Classification{Version: Version, Basis: basis(inventory), Overrides: c.overruled(inventory)}
	for _, server := range inventory.Postgres {
		if !server.Databases.Coverage.IsKnown() {
			continue // the server is listed under coverage: nothing is known to be judged
		}
		for _, database := range server.Databases.Value {
			result.Databases = append(result.Databases, c.database(inventory, server.Name, database))
		}
	}
	result.Files = c.files(inventory, result.Databases)
	for _, service := range services {
		result.Services = append(result.Services, rollUp(service, result.Databases))
	}
	return result
}

func (c *Classifier) database(inventory estate.Inventory, server string, database estate.Database) DatabaseResult {
	result := DatabaseResult{Server: server, Database: database.Name, Coverage: database.Tables.Coverage, Problem: database.Tables.Problem,
		Basis: basisOf(inventory, server, database.Name), Class: estate.NotAssessed, Columns: map[estate.DataClass]int{}}
	if !result.Coverage.IsKnown() {
		return result
	}
	result.Odoo = isOdoo(database)
	for _, judged := range c.judge(inventory, server, database) {
		t := summary(judged)
		if sampled := inventory.Counts(server, database.Name, t.Schema, t.Table); sampled != nil {
			t.Unread = sampled.Problem
		}
		result.Tables = append(result.Tables, t)
		for _, column := range judged.Columns {
			result.Columns[column.Class]++
		}
	}
	result.Class = headline(result.Columns)
	return result
}

// summary rolls the verdicts on a table's columns up.
func summary(judged Judged) TableResult {
	result := TableResult{Schema: judged.Table.Schema, Table: judged.Table.Name, Rows: judged.Table.RowEstimate}
	counts := map[estate.DataClass]int{}
	for _, column := range judged.Columns {
		switch {
		case column.Class.IsSensitive():
			result.Sensitive = append(result.Sensitive, column)
		case column.Class == estate.NotAssessed:
			result.NotAssessed = append(result.NotAssessed, column.Column)
		case column.Class == estate.Public:
			result.Public = append(result.Public, column.Column)
		default:
			result.Operational = append(result.Operational, column.Column)
		}
		counts[column.Class]++
	}
	result.Class = headline(counts)
	return result
}

// headline is the class that a whole table, database or service is named by: what harms people most when it
// leaks comes first, so a login table's password does not hide the patients beside it. Columns that nobody
// could judge keep a whole from being called harmless.
func headline(counts map[estate.DataClass]int) estate.DataClass {
	order := []estate.DataClass{estate.PHI, estate.HR, estate.Financial, estate.PII, estate.Credential,
		estate.NotAssessed, estate.Operational, estate.Public}
	for _, class := range order {
		if counts[class] > 0 {
			return class
		}
	}
	return estate.NotAssessed
}

func rollUp(service estate.Service, databases []DatabaseResult) ServiceResult {
	result := ServiceResult{Service: service.Name, Columns: map[estate.DataClass]int{}}
	for _, wanted := range service.Databases {
		found := false
		for _, d := range databases {
			if wanted != d.Server && wanted != d.Server+"/"+d.Database {
				continue
			}
			found = true
			result.Databases = append(result.Databases, d.Server+"/"+d.Database)
			if !d.Coverage.IsKnown() {
				result.Columns[estate.NotAssessed]++
			}
			for class, n := range d.Columns {
				result.Columns[class] += n
			}
		}
		if !found {
			result.Missing = append(result.Missing, wanted)
		}
	}
	slices.SortFunc(result.Databases, cmp.Compare)
	result.Class = headline(result.Columns)
	return result
}
