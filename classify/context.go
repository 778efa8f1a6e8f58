package classify

import (
	"slices"
	"strings"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// context is what the place of a table tells about its columns.
type context struct {
	subject detect.Subject
	link    string // why its rows are tied to patients; empty where they are not
	care    bool   // its rows are patients, or about the care of one each
	byName  bool   // its own name tells the subject
	careful bool   // its name speaks of care, and its columns do not
	keyed   string // the column of keys, where it is a table of keys and values
	value   string // and the column of values
}

// about puts the reason into words.
func (c *context) about() string {
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
func (c *Classifier) contexts(sheets []sheet) {
	for i := range sheets {
		s := &sheets[i]
		ctx := &s.context
		ctx.subject = c.knowledge.Names.TableSubject(s.table.Name)
		ctx.byName = ctx.subject != detect.NoSubject
		if !ctx.byName {
			ctx.subject = bySchema(c.knowledge.Names.TableSubject(s.table.Schema))
		}
		lookAround(s)
	}
	linkUp(sheets)
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
func lookAround(s *sheet) {
	ctx, n := &s.context, s.around()
	switch {
	case ctx.subject == detect.Patient:
		ctx.care, ctx.link = true, "the table’s name speaks of patients"
	case n.patients == 0 && n.vital == 0 && n.isList(s.table):
		if ctx.subject != detect.Employee && ctx.subject != detect.Money && (ctx.subject != detect.Technical || n.unique > 0) {
			ctx.subject = detect.Reference
		}
	case ctx.subject == detect.Care:
		careOrNot(ctx, n)
	case ctx.subject == detect.Employee, ctx.subject == detect.Reference:
	case n.patients > 0:
		ctx.link = "a column names the patient"
		ctx.care = n.clinical+n.stay+n.dates > 0 || ctx.subject == detect.NoSubject
	case n.clinical >= 2 && n.identity >= 1, n.clinical >= 1 && n.vital >= 1, n.clinical >= 1 && n.identity >= 2 && ctx.subject != detect.Technical:
		ctx.link, ctx.care = "its columns tell of persons and of illness", true
	case n.ill > 0 && (ctx.subject == detect.NoSubject || ctx.subject == detect.Money):
		ctx.link, ctx.care = "its rows tell of illness, over and over", true
	case ctx.subject == detect.NoSubject && n.pay >= 1 && n.identity+n.work >= 1, ctx.subject != detect.Money && n.work >= 2:
		ctx.subject = detect.Employee
	case ctx.subject == detect.NoSubject && n.identity >= 2:
		ctx.subject = detect.Person
	}
}

// careOrNot holds a name that speaks of care against the columns: an operating theatre and an agenda are called by the
// same words as what is done to a patient.
func careOrNot(ctx *context, n around) {
	if n.patients+n.vital+n.clinical+n.stay > 0 {
		ctx.care, ctx.link = true, "the table’s name speaks of patients’ care"
		return
	}
	ctx.subject = detect.NoSubject // unless a reference tells
	ctx.careful = true
}

// around counts what the columns of a table are, by their names and values.
type around struct {
	patients, identity, vital, clinical, pay, work, dates, stay int
	codes                                                       int // codes and names of a list
	ill                                                         int // diagnoses, findings and measures that repeat, seen in rows
	unique                                                      int // medical codes of which no two rows hold the same
}

func (s *sheet) around() around {
	var n around
	for i := range s.questions {
		q := &s.questions[i]
		r := q.reading
		if r.Subject == detect.Patient && (r.Points || holdsNumber(r)) && r.Negative == "" {
			n.patients++
		}
		for _, c := range q.candidates {
			if c.chance < 0.6 {
				continue
			}
			n.count(q, c)
			break
		}
	}
	return n
}

// count notes what one column most likely is.
func (n *around) count(q *question, c candidate) {
	switch class := detect.ClassOf(c.kind); {
	case c.kind == estate.KindMRN:
		n.patients++
	case c.kind == estate.KindServiceDate:
		n.dates++
	case c.kind == estate.KindCare || c.kind == estate.KindVisit || c.kind == estate.KindHealthPlan:
		n.stay++
	case c.kind == estate.KindHL7 || c.kind == estate.KindFHIR:
		n.clinical += 2
	case class == estate.PHI && isCoded(c.kind) && q.eachOnce():
		n.unique++
	case class == estate.PHI && !isPlan(c.kind):
		n.clinical++
		if c.shown && isIllness(c.kind) {
			n.ill++
		}
	case c.kind == estate.KindPay:
		n.pay++
	case class == estate.HR:
		n.work++
	case class == estate.PII && c.chance >= 0.8 && !q.reading.Other:
		n.identity++
		switch c.kind {
		case estate.KindBirthDate, estate.KindFamilyName, estate.KindAge, estate.KindSex:
			n.vital++
		}
	case c.kind == estate.KindReference || c.kind == estate.KindCode:
		n.codes++
	}
}

// isIllness lists the kinds that only somebody's care brings about; drugs and codes of tests are kept in stock as well.
func isIllness(kind estate.Kind) bool {
	switch kind {
	case estate.KindDiagnosis, estate.KindICD10, estate.KindClinicalNote, estate.KindVital, estate.KindLabResult, estate.KindAllergy, estate.KindMRN:
		return true
	}
	return false
}

// eachOnce tells whether no two rows hold the same, as in a list of codes; a patient's diagnosis is others' as well.
func (q *question) eachOnce() bool {
	p := q.profile
	if q.column.Type == "text" || strings.HasPrefix(q.column.Type, "json") || p.has(estate.KindJSON) > 0 {
		return false
	}
	return p.sampled && p.filled >= 12 && p.counts.Distinct*20 >= min(p.filled, estate.DistinctLimit)*19
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

// isList tells whether a table looks like a list of codes and their names: medical codes that stand once each, or names
// of codes beside nothing that tells of a person, a stay or a date.
func (n *around) isList(table estate.Table) bool {
	if n.unique > 0 && n.identity+n.dates+n.stay+n.pay == 0 {
		return n.clinical <= 1 && len(table.References) <= 1
	}
	return n.codes > 0 && n.identity+n.dates+n.stay+n.pay+n.work == 0 && n.clinical <= 2 && len(table.References) == 0 && len(table.Columns) <= 8 && n.clinical > 0
}

// linkUp follows references to patients: a table that points to one about a patient's care is about it too, and so on.
// What is a list or an institution passes nothing on: almost everything in an ERP points there. A table of which nothing
// is known that points to an employee is about work.
func linkUp(sheets []sheet) {
	all := make(map[string]*context, len(sheets))
	for i := range sheets {
		all[sheets[i].table.QualifiedName()] = &sheets[i].context
	}
	for range sheets {
		changed := false
		for i := range sheets {
			changed = sheets[i].follow(all) || changed
		}
		if !changed {
			return
		}
	}
}

// follow looks where a table points to, and tells whether that told something new.
func (s *sheet) follow(all map[string]*context) bool {
	ctx, name := &s.context, s.table.QualifiedName()
	if ctx.link != "" || ctx.subject == detect.Reference || ctx.subject == detect.Organisation {
		return false
	}
	for _, reference := range s.references() {
		target, known := all[reference.Table]
		switch {
		case !known || reference.Table == name:
		case target.link != "" && ctx.subject != detect.Employee && target.passesOn():
			ctx.link = "a foreign key leads to " + reference.Table
			ctx.care = target.care && ctx.subject != detect.Technical && ctx.subject != detect.Money && ctx.subject != detect.Person
			return true
		case target.subject == detect.Employee && ctx.subject == detect.NoSubject:
			ctx.subject = detect.Employee
			return true
		}
	}
	return false
}

// passesOn tells whether tables that point to one are about the same patients.
func (c *context) passesOn() bool {
	return c.care || c.subject.OfPatients() || strings.HasPrefix(c.link, "a foreign key") || strings.HasPrefix(c.link, "a column")
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
