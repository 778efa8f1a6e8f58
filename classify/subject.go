package classify

import (
	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// settleSubject decides whom a table's rows are about, by everything that speaks of it at once: its name, its schema's,
// the words of its columns, and what those are. One word alone misleads too often: a donor gives blood, or money.
func (c *Classifier) settleSubject(s *sheet) {
	ctx, n := &s.context, s.around()
	ctx.persons, ctx.described = n.named+n.others+n.staff > 0, ctx.subject == detect.Person && n.identity >= 3
	if ctx.subject == detect.Patient {
		ctx.care, ctx.link = true, "the table’s name speaks of patients"
		return
	}
	subject := winner(c.ballot(s, n), ctx.subject, n)
	switch {
	case subject.OfPatients():
		ctx.subject, ctx.care, ctx.link = detect.Care, true, "its name and its columns speak of patients’ care"
		return
	case n.patients > 0 && subject != detect.Reference:
		ctx.link = "a column names the patient"
		ctx.care = n.clinical+n.stay+n.dates > 0 || subject == detect.NoSubject
	}
	ctx.subject = subject
}

// byName is what the name of a table or of its schema counts, where it is called as the dictionaries say.
const byName = 5

// ballot adds up what speaks for each subject.
func (c *Classifier) ballot(s *sheet, n around) detect.Topic {
	var b detect.Topic
	names, named := c.knowledge.Names, s.context.subject
	schema := s.table.Schema
	if schema == "public" { // where PostgreSQL puts whatever has no schema of its own
		schema = ""
	}
	if named != detect.NoSubject {
		b[named] += byName
	}
	switch subject := names.TableSubject(schema); subject {
	case detect.NoSubject, detect.Patient, detect.Person, detect.Organisation: // a schema of that name holds everything
	default:
		b[subject] += byName
	}
	for range 2 { // what a table is called weighs more than a column of it
		names.Speaks(&b, s.table.Name, nil)
		names.Speaks(&b, schema, nil)
	}
	heard := map[string]bool{}
	for _, column := range s.table.Columns {
		names.Speaks(&b, column.Name, heard)
	}
	n.listed(&b, named, s.table)
	n.cast(&b, named)
	return b
}

// listed settles the votes of what is, or is not, a published list. Words of illness are what such a list is of.
func (n *around) listed(b *detect.Topic, named detect.Subject, table estate.Table) {
	says := named == detect.Reference || b[detect.Reference] >= 3 && named == detect.NoSubject && n.isList(table)
	switch {
	case n.patients == 0 && (says || n.isList(table) && n.others+n.vital == 0):
		b[detect.Reference] += 8
		b[detect.Patient], b[detect.Care] = 0, 0
		n.clinical, n.stay, n.dates, n.ill, n.vital = 0, 0, 0, 0, 0
	case n.vital > 0:
		b[detect.Reference] = 0 // no list tells when somebody was born
	}
}

// How many votes make a record of care, or of work, where no column tells whose: rosters of wards and stocks of blood speak
// of the same things. Fewer do where somebody else is named, who treats or refers.
const leastUntied, leastAmongOthers = 14, 10

// cast adds what the columns are to the votes of the words.
func (n *around) cast(b *detect.Topic, named detect.Subject) {
	b[detect.Care] += b[detect.Patient] + 8*min(n.patients, 2) + 3*min(n.clinical, 3) + 2*min(n.stay, 2) + min(n.dates, 2) + 2*min(n.ill, 2)
	b[detect.Patient] = 0
	if n.clinical > 0 {
		b[detect.Care] += 2 * min(n.vital, 2)
	}
	b[detect.Employee] += 6*min(n.staff, 1) + 4*min(n.pay, 2) + 3*min(n.work, 2)
	b[detect.Money] += 2*min(n.accounts, 2) + min(n.amounts, 3)
	tied := n.patients + n.named + n.staff + n.hinted
	if named == detect.Care {
		tied += n.clinical
	}
	least := leastUntied
	if n.others > 0 {
		least = leastAmongOthers
	}
	if tied == 0 && b[detect.Care] < least {
		b[detect.Care] = 0
	}
	if tied+n.pay+n.work == 0 && b[detect.Employee] < leastUntied {
		b[detect.Employee] = 0
	}
}

// winner is the subject with the most votes. Whoever has something to do with a patient or an employee is a person as
// well, so that names and addresses speak of persons only where nothing speaks of more.
func winner(b detect.Topic, named detect.Subject, n around) detect.Subject {
	person := b[detect.Person] + 2*min(n.identity, 3)
	if named == detect.Person && person >= 9 && n.patients == 0 {
		return detect.Person
	}
	for subject, weight := range [...]int{detect.Employee: 12, detect.Event: 8, detect.Organisation: 7} {
		if weight == 0 {
			weight = 10
		}
		b[subject] *= weight
	}
	subject, votes := b.Lead()
	switch {
	case votes >= 30:
		return subject
	case person >= 4:
		return detect.Person
	}
	return detect.NoSubject
}
