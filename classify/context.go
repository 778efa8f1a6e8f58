package classify

import (
	"slices"
	"strings"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// context is what the place of a table tells about its columns.
type context struct {
	subject   detect.Subject
	link      string // why its rows are tied to patients; empty where they are not
	care      bool   // its rows are patients, or about the care of one each
	persons   bool   // some column names or describes a person
	described bool   // its name says that a row is a person, and several columns describe one
	keyed     string // the column of keys, where it is a table of keys and values
	value     string // and the column of values
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

// ofBusiness tells whether rows are about companies and what is bought of them.
func (c *context) ofBusiness() bool {
	switch c.subject {
	case detect.Organisation, detect.Technical, detect.Money, detect.Reference:
		return true
	}
	return false
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
		c.settleSubject(s)
	}
	linkUp(sheets)
}

// around counts what the columns of a table are, by their names and values.
type around struct {
	patients, identity, vital, clinical, pay, work, dates, stay int
	codes                                                       int // codes and names of a list
	ill                                                         int // diagnoses, findings and measures that repeat, seen in rows
	unique                                                      int // medical codes of which no two rows hold the same
	accounts, amounts                                           int
	others                                                      int // persons that are not whom a row is about
	named                                                       int // identities that tell who somebody is, and not only how to reach them
	hinted                                                      int // columns whose names may say who a patient is
	staff                                                       int // numbers and names of employees
}

func (s *sheet) around() around {
	var n around
	for i := range s.questions {
		q := &s.questions[i]
		r := q.reading
		sole := r.Words == 1 && len(r.Hints) == 0 && !kindIsBoolean(q.column.Type)
		switch {
		case r.Subject == detect.Patient && (r.Points || holdsNumber(r) || sole) && r.Negative == "":
			n.patients++
		case r.Subject == detect.Employee && sole:
			n.staff++
		}
		for _, c := range q.candidates {
			if c.chance < 0.6 {
				if c.kind == estate.KindMRN && c.weak {
					n.hinted++
				}
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
	case c.kind == estate.KindVisit:
		n.patients++
	case c.kind == estate.KindCare || c.kind == estate.KindHealthPlan:
		n.stay++
	case c.kind == estate.KindHL7 || c.kind == estate.KindFHIR: // messages of many kinds; each is judged by itself
	case class == estate.PHI && isListed(c.kind) && q.eachOnce():
		n.unique++
	case class == estate.PHI && !isPlan(c.kind):
		n.clinical++
		if c.shown && isIllness(c.kind) {
			n.ill++
		}
	case c.kind == estate.KindPay:
		n.pay++
	case c.kind == estate.KindEmployeeNumber:
		n.staff++
	case class == estate.HR:
		n.work++
	case class == estate.PII && q.reading.Subject == detect.Employee && identifies(c.kind):
		n.staff++
	case class == estate.PII && q.reading.Other:
		n.others++
	case class == estate.PII && c.chance >= 0.8:
		n.identity++
		if identifies(c.kind) {
			n.named++
		}
		switch c.kind {
		case estate.KindBirthDate, estate.KindFamilyName, estate.KindAge, estate.KindSex:
			n.vital++
		}
	case class == estate.Financial && c.kind != estate.KindAmount:
		n.accounts++
	case c.kind == estate.KindAmount:
		n.amounts++
	case c.kind == estate.KindReference || c.kind == estate.KindCode:
		n.codes++
	}
}

// isListed lists the kinds that catalogues are of.
func isListed(kind estate.Kind) bool {
	switch kind {
	case estate.KindDiagnosis, estate.KindICD10, estate.KindSNOMED, estate.KindLOINC, estate.KindATC, estate.KindDrug,
		estate.KindDosage, estate.KindProcedure, estate.KindLabResult, estate.KindAllergy, estate.KindVital:
		return true
	}
	return false
}

// identifies lists what tells who somebody is: a room has a telephone as well.
func identifies(kind estate.Kind) bool {
	switch kind {
	case estate.KindPhone, estate.KindEmail, estate.KindIP, estate.KindMAC, estate.KindDeviceID, estate.KindCoordinates, estate.KindCity,
		estate.KindPostalCode, estate.KindUsername, estate.KindPersonalText, estate.KindActivity, estate.KindPlate, estate.KindLanguage:
		return false
	}
	return true
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
