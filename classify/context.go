package classify

import (
	"slices"
	"strings"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// context is what the place of a table tells about its columns.
type context struct {
	subject  detect.Subject
	link     string // why its rows are tied to patients; empty where they are not
	care     bool   // its rows are patients, or about the care of one each
	careful  bool   // its name speaks of care, and its columns do not
	language int
	keyed    string // the column of keys, where it is a table of keys and values
	value    string // and the column of values
}

// about puts the reason into words.
func (c context) about() string {
	switch {
	case c.link != "":
		return c.link
	case c.subject != detect.NoSubject:
		return "the table’s name speaks of " + subjectWords(c.subject)
	}
	return "the table tells nothing"
}

func subjectWords(s detect.Subject) string {
	switch s {
	case detect.Patient, detect.Care:
		return "patients’ care"
	case detect.Employee:
		return "employees"
	case detect.Person:
		return "persons"
	case detect.Money:
		return "money"
	case detect.Reference:
		return "a published list"
	case detect.Event:
		return "events"
	case detect.Technical:
		return "things and settings"
	case detect.Organisation:
		return "institutions"
	}
	return "nothing known"
}

// contexts reads the tables of a database: whom each is about, by its own name, by what its columns are, and by what it
// points to.
func (c *Classifier) contexts(tables []estate.Table) map[string]context {
	names := c.knowledge.Names
	all := make(map[string]context, len(tables))
	var database [4]int
	for _, table := range tables {
		for _, column := range table.Columns {
			names.Votes(column.Name, &database)
		}
	}
	for _, table := range tables {
		var votes [4]int
		names.Votes(table.Name, &votes)
		for _, column := range table.Columns {
			names.Votes(column.Name, &votes)
		}
		language := detect.LanguageOf(votes)
		if language == detect.AnyLanguage {
			language = detect.LanguageOf(database)
		}
		ctx := context{subject: names.TableSubject(table.Name), language: language}
		if ctx.subject == detect.NoSubject {
			ctx.subject = bySchema(names.TableSubject(table.Schema))
		}
		c.lookAround(&ctx, table)
		ctx.keyed, ctx.value = c.keyValue(table)
		all[table.QualifiedName()] = ctx
	}
	c.linkUp(tables, all)
	return all
}

// bySchema is what a schema's name tells of its tables, where their own tell nothing: schemas are cut by departments.
// One that is called after patients or hospitals holds everything.
func bySchema(s detect.Subject) detect.Subject {
	switch s {
	case detect.Employee, detect.Reference, detect.Money:
		return s
	}
	return detect.NoSubject
}

// lookAround settles a table's subject by its columns.
func (c *Classifier) lookAround(ctx *context, table estate.Table) {
	n := c.tally(table, ctx.language)
	switch ctx.subject {
	case detect.Patient:
		ctx.care, ctx.link = true, "the table’s name speaks of patients"
	case detect.Care:
		c.careOrNot(ctx, n, table)
	case detect.Employee, detect.Reference:
	default:
		switch {
		case n.patients > 0:
			ctx.link = "a column names the patient"
			ctx.care = n.clinical > 0
		case n.clinical >= 2 && n.identity >= 1, n.clinical >= 1 && n.identity >= 2 && ctx.subject != detect.Technical:
			ctx.link, ctx.care = "its columns tell of persons and of illness", true
		case ctx.subject == detect.NoSubject && n.pay >= 1 && n.identity+n.work >= 1, ctx.subject != detect.Money && n.work >= 2:
			ctx.subject = detect.Employee
		}
	}
}

// careOrNot holds a name that speaks of care against the columns: an operating theatre, an agenda and a list of codes
// are called by the same words as what is done to a patient.
func (c *Classifier) careOrNot(ctx *context, n around, table estate.Table) {
	switch {
	case n.persons+n.patients+n.identity+n.dates == 0 && len(table.References) == 0 && n.isList(table):
		ctx.subject = detect.Reference
	case n.patients+n.vital+n.clinical+n.stay > 0:
		ctx.care, ctx.link = true, "the table’s name speaks of patients’ care"
	default:
		ctx.subject = detect.NoSubject // unless a reference tells
		ctx.careful = true
	}
}

// around counts what the columns of a table are by their names.
type around struct {
	patients, persons, identity, clinical, pay, work, dates, stay, vital, codes int
}

func (c *Classifier) tally(table estate.Table, language int) around {
	var n around
	for _, column := range table.Columns {
		r := c.knowledge.Names.Read(column.Name, column.Type, language)
		if r.Subject == detect.Patient && (r.Points || holdsNumber(r)) && r.Negative == "" {
			n.patients++
		}
		if r.Subject.OfPatients() || r.Subject == detect.Person || r.Subject == detect.Employee {
			n.persons++
		}
		if len(r.Hints) == 0 || r.Hints[0].Weight < 0.6 {
			continue
		}
		h := r.Hints[0]
		switch class := detect.ClassOf(h.Kind); {
		case h.Kind == estate.KindMRN:
			n.patients++
		case h.Kind == estate.KindServiceDate:
			n.dates++
		case h.Kind == estate.KindCare || h.Kind == estate.KindVisit || h.Kind == estate.KindHealthPlan:
			n.stay++
		case class == estate.PHI && !isPlan(h.Kind):
			n.clinical++
		case h.Kind == estate.KindPay:
			n.pay++
		case class == estate.HR:
			n.work++
		case class == estate.PII && h.Weight >= 0.8 && !r.Other:
			n.identity++
			if h.Kind == estate.KindBirthDate || h.Kind == estate.KindFamilyName || h.Kind == estate.KindAge {
				n.vital++
			}
		case h.Kind == estate.KindReference || h.Kind == estate.KindCode:
			n.codes++
		}
	}
	return n
}

func holdsNumber(r detect.Reading) bool {
	return len(r.Hints) > 0 && (r.Hints[0].Kind == estate.KindMRN || r.Hints[0].Kind == estate.KindName || r.Hints[0].Kind == estate.KindBirthDate)
}

// isPlan: numbers of insurance stand with employees as well.
func isPlan(kind estate.Kind) bool {
	switch kind {
	case estate.KindHealthPlan, estate.KindNHS, estate.KindMBI, estate.KindKVNR, estate.KindDisability:
		return true
	}
	return false
}

// isList tells whether a table looks like a list of codes and their names.
func (n around) isList(table estate.Table) bool { return n.codes > 0 && len(table.Columns) <= 8 }

// linkUp follows references to patients: a table that points to one about a patient's care is about it too, and so on.
// What is a list, a person's login or an institution passes nothing on: almost everything in an ERP points there.
func (c *Classifier) linkUp(tables []estate.Table, all map[string]context) {
	for range len(tables) {
		changed := false
		for _, table := range tables {
			name := table.QualifiedName()
			ctx := all[name]
			if ctx.link != "" || ctx.subject == detect.Reference || ctx.subject == detect.Organisation && len(table.References) < 2 {
				continue
			}
			for _, reference := range table.References {
				target, known := all[reference.Table]
				if !known || target.link == "" || reference.Table == name || !passesOn(target, ctx) {
					continue
				}
				ctx.link = "a foreign key leads to " + reference.Table
				ctx.care = target.care && ctx.subject != detect.Technical && ctx.subject != detect.Money && ctx.subject != detect.Person
				all[name], changed = ctx, true
				break
			}
		}
		if !changed {
			return
		}
	}
}

// passesOn tells whether a table that points to another is about the same patients.
func passesOn(target, ctx context) bool {
	if ctx.subject == detect.Employee {
		return false
	}
	return target.care || target.subject.OfPatients() || strings.HasPrefix(target.link, "a foreign key") || strings.HasPrefix(target.link, "a column")
}

// keyValue finds the columns of a table of keys and values.
func (c *Classifier) keyValue(table estate.Table) (key, value string) {
	for _, column := range table.Columns {
		isKey, isValue := c.knowledge.Names.KeyAndValue(column.Name)
		switch {
		case isValue && value == "":
			value = column.Name
		case isKey && key == "" && isText(column.Type):
			key = column.Name
		}
	}
	if key == "" || value == "" || len(table.Columns) > 12 {
		return "", ""
	}
	return key, value
}

func isText(sqlType string) bool {
	return strings.HasPrefix(sqlType, "character") || strings.HasPrefix(sqlType, "text") || strings.HasPrefix(sqlType, "varchar") || sqlType == "name" || sqlType == "citext"
}

// isKey tells whether the column is part of the primary key or of a foreign key: it points, and holds nothing itself.
func isKey(table estate.Table, column string) bool {
	if slices.Contains(table.PrimaryKey, column) && strings.EqualFold(column, "id") {
		return true
	}
	for _, reference := range table.References {
		if slices.Contains(reference.Columns, column) {
			return true
		}
	}
	return false
}

// isOdoo tells whether a database is one of Odoo's, by two tables that every version has.
func isOdoo(database estate.Database) bool {
	found := 0
	for _, table := range database.Tables.Value {
		if table.Name == "ir_module_module" || table.Name == "ir_model" {
			found++
		}
	}
	return found == 2
}
