package classify

import (
	"slices"
	"strings"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// whose gives a kind of data its class by the table it stands in: a name beside a patient's care is health data, the
// same name in a table of employees is of work, and the same code in a published list is public. The evidence is nil
// where the table changes nothing.
func (q *question) whose(c candidate) (estate.DataClass, float64, *Evidence) {
	class := detect.ClassOf(c.kind)
	switch class {
	case estate.PII:
		return q.person(c)
	case estate.PHI:
		return q.health(c)
	case estate.HR:
		return q.work(c)
	case estate.Financial:
		return q.money(c)
	}
	return class, c.chance, nil
}

func (q *question) because(class estate.DataClass, weight float64) *Evidence {
	return &Evidence{Kind: "context", Class: class, Weight: weight, Detail: q.context.about()}
}

// person: whatever identifies somebody.
func (q *question) person(c candidate) (estate.DataClass, float64, *Evidence) {
	ctx := q.context
	other := q.reading.Other
	switch {
	case q.reading.Subject == detect.Patient && !other:
		return estate.PHI, c.chance, &Evidence{Kind: "context", Class: estate.PHI, Weight: 0.9, Detail: "the name speaks of the patient"}
	case c.kind == estate.KindVAT && ctx.ofBusiness():
		return estate.Public, 0.75, q.because(estate.Public, 0.75) // companies' numbers stand in registers
	case ctx.care && c.kind == estate.KindPlate:
		return estate.Operational, 0.7, q.because(estate.Operational, 0.7) // what somebody was driven in
	case ctx.care && (professional(c.kind) || other) && !isLogin(c.kind):
		return estate.PHI, min(c.chance, 0.85), q.because(estate.PHI, 0.85) // who treats somebody is part of the record
	case ctx.subject == detect.Employee && professional(c.kind):
		return estate.HR, min(c.chance, 0.85), q.because(estate.HR, 0.85)
	case professional(c.kind), q.reading.Subject == detect.Employee && ctx.subject != detect.Employee, other && ctx.subject != detect.Employee:
		return estate.PII, min(c.chance, unplaced), nil
	case ctx.link != "" && !isLogin(c.kind):
		return estate.PHI, min(c.chance, 0.95), q.because(estate.PHI, 0.9)
	case ctx.subject == detect.Employee:
		return estate.HR, min(c.chance, 0.95), q.because(estate.HR, 0.9)
	case ctx.subject == detect.Technical && ctx.persons && (c.kind == estate.KindPlate || c.kind == estate.KindCoordinates):
		return estate.PII, min(c.chance, 0.7), nil // somebody's car, and where it is
	case ctx.subject == detect.Technical && ofMachines(c.kind):
		return estate.Operational, 0.8, q.because(estate.Operational, 0.8)
	case ctx.subject == detect.Reference && generic(c.kind) && (!c.shown || c.kind != estate.KindEmail && !c.within):
		return estate.Public, 0.8, q.because(estate.Public, 0.8)
	case ctx.subject == detect.Technical && !c.named && !c.within && c.chance < 0.86 && isName(c.kind) && c.kind != estate.KindEmail:
		return estate.Operational, 0.7, q.because(estate.Operational, 0.7) // some of its words are names as well
	case (!q.profile.sampled || q.profile.filled == 0) && q.ofContacts(c): // no value speaks against it
		return estate.PII, min(c.chance, 0.7), nil
	case (ctx.subject == detect.Organisation || ctx.subject == detect.Technical) && generic(c.kind) && (!c.shown || !isName(c.kind) && c.kind != estate.KindPersonalText):
		return estate.Operational, 0.75, q.because(estate.Operational, 0.75)
	case ctx.subject == detect.Person || ctx.subject == detect.Money || ctx.subject == detect.Event:
		return estate.PII, c.chance, nil
	}
	return estate.PII, min(c.chance, unplaced), nil
}

// unplaced is how sure one can be of a class where nothing tells whom a table is about: what identifies somebody may be a
// patient's or an employee's.
const unplaced = 0.89

// professional lists what identifies somebody in a profession, not as a patient.
func professional(kind estate.Kind) bool {
	return kind == estate.KindNPI || kind == estate.KindDEA || kind == estate.KindLicence
}

// isLogin lists what machines and logins leave behind.
func isLogin(kind estate.Kind) bool {
	return kind == estate.KindIP || kind == estate.KindMAC || kind == estate.KindDeviceID || kind == estate.KindUsername || kind == estate.KindActivity
}

// ofMachines lists what a device has, and its user leaves behind elsewhere.
func ofMachines(kind estate.Kind) bool {
	return kind == estate.KindIP || kind == estate.KindMAC || kind == estate.KindDeviceID || kind == estate.KindCoordinates
}

// generic lists the kinds that things and companies have as well.
func generic(kind estate.Kind) bool {
	switch kind {
	case estate.KindName, estate.KindGivenName, estate.KindFamilyName, estate.KindCity, estate.KindPostalCode, estate.KindAddress, estate.KindVAT,
		estate.KindPersonalText, estate.KindLanguage, estate.KindCoordinates, estate.KindPhone, estate.KindNationality, estate.KindSex, estate.KindAge,
		estate.KindIP, estate.KindMAC, estate.KindPhoto, estate.KindEmail, estate.KindDeviceID, estate.KindPlate, estate.KindActivity:
		return true
	}
	return false
}

// ofContacts tells what names alone say of somebody even among things and companies: how to reach who is named beside it,
// who did something, and remarks that nobody has read. The name of a company is its own, and so is a room's telephone.
func (q *question) ofContacts(c candidate) bool {
	switch c.kind {
	case estate.KindEmail:
		return true
	case estate.KindPhone:
		return q.context.persons
	case estate.KindName:
		return c.chance >= 0.55 && !q.reading.Points && (q.context.subject != detect.Organisation || q.reading.Words > 1)
	case estate.KindPersonalText:
		return c.chance >= 0.55
	}
	return false
}

func isName(kind estate.Kind) bool {
	return kind == estate.KindName || kind == estate.KindGivenName || kind == estate.KindFamilyName || kind == estate.KindEmail || kind == estate.KindPhone
}

// health: illness, treatment, numbers of patients.
func (q *question) health(c candidate) (estate.DataClass, float64, *Evidence) {
	ctx := q.context
	switch {
	case ctx.subject == detect.Reference && ctx.link == "" && !c.proves():
		return estate.Public, 0.85, q.because(estate.Public, 0.85)
	case ctx.link != "":
		return estate.PHI, 1 - (1-c.chance)*0.5, q.because(estate.PHI, 0.5)
	case ctx.subject == detect.Employee && (c.kind == estate.KindCare || c.kind == estate.KindServiceDate):
		return estate.HR, min(c.chance, 0.8), q.because(estate.HR, 0.8)
	case c.kind == estate.KindCare || c.kind == estate.KindServiceDate:
		return estate.Operational, 0.7, q.because(estate.Operational, 0.7)
	case ctx.subject == detect.Employee && (isPlan(c.kind) || c.kind == estate.KindMRN || c.kind == estate.KindLifestyle):
		return estate.HR, min(c.chance, 0.85), q.because(estate.HR, 0.85)
	case (ctx.subject == detect.Technical || ctx.subject == detect.Organisation) && isCoded(c.kind):
		return estate.Operational, 0.7, q.because(estate.Operational, 0.7)
	}
	if c.proves() {
		return estate.PHI, c.chance, nil
	}
	return estate.PHI, min(c.chance, unplaced), nil
}

// proves tells whether values show a patient's own data, which no list of codes holds.
func (c *candidate) proves() bool {
	switch c.kind {
	case estate.KindMRN, estate.KindHL7, estate.KindFHIR, estate.KindNHS, estate.KindMBI, estate.KindKVNR:
		return c.shown
	}
	return false
}

// isCoded lists what stocks, catalogues and devices have as well: drugs, codes of procedures and tests.
func isCoded(kind estate.Kind) bool {
	switch kind {
	case estate.KindDiagnosis, estate.KindICD10, estate.KindSNOMED, estate.KindLOINC, estate.KindATC, estate.KindDrug, estate.KindDosage,
		estate.KindProcedure, estate.KindLabResult, estate.KindVital, estate.KindDeviceSerial, estate.KindAllergy, estate.KindDICOM,
		estate.KindVisit, estate.KindHealthPlan, estate.KindLifestyle, estate.KindDisability, estate.KindBloodGroup:
		return true
	}
	return false
}

// work: pay, contracts, absence.
func (q *question) work(c candidate) (estate.DataClass, float64, *Evidence) {
	ctx := q.context
	switch {
	case ctx.subject == detect.Employee:
		return estate.HR, 1 - (1-c.chance)*0.6, q.because(estate.HR, 0.4)
	case ctx.link != "":
		return estate.PHI, min(c.chance, 0.8), q.because(estate.PHI, 0.8)
	case ctx.subject == detect.Technical || ctx.subject == detect.Reference || ctx.subject == detect.Organisation:
		if !c.shown && c.chance < 0.9 {
			return estate.Operational, 0.65, q.because(estate.Operational, 0.65)
		}
	case ctx.subject == detect.Person && c.kind == estate.KindEmployment:
		return estate.PII, min(c.chance, 0.7), q.because(estate.PII, 0.7)
	}
	return estate.HR, min(c.chance, unplaced), nil
}

// money: accounts and amounts. In a patient's or an employee's own row they are part of that, the more specific class;
// an invoice is about money first, whoever it is for.
func (q *question) money(c candidate) (estate.DataClass, float64, *Evidence) {
	ctx := q.context
	switch {
	case ctx.subject == detect.Employee:
		return estate.HR, min(c.chance, 0.9), q.because(estate.HR, 0.9)
	case ctx.care && ctx.subject != detect.Money && ctx.subject != detect.Person:
		return estate.PHI, min(c.chance, 0.8), q.because(estate.PHI, 0.8)
	case ctx.subject == detect.Reference && c.chance < 0.8 && (c.kind == estate.KindAmount || c.kind == estate.KindPaymentReference || c.kind == estate.KindBIC || c.kind == estate.KindABA):
		return estate.Public, 0.75, q.because(estate.Public, 0.75)
	case c.kind == estate.KindPaymentReference && ctx.subject != detect.Money:
		return estate.Financial, c.chance * 0.75, nil
	case ctx.subject == detect.Money:
		return estate.Financial, 1 - (1-c.chance)*0.6, q.because(estate.Financial, 0.4)
	}
	return estate.Financial, c.chance, nil
}

// rest judges a column of which neither name nor values tell anything sensitive. In a record of care, what nobody can
// name (a value, a date, a ward, a note) is health data more likely than not; in one of work, of work.
func (q *question) rest(result ColumnResult, technical *candidate, list []candidate) ColumnResult {
	soft := technical != nil && technical.kind == estate.KindCode
	for _, c := range list {
		result.Evidence = append(result.Evidence, c.evidence...)
	}
	ctx := q.context
	primary := slices.Contains(q.table.PrimaryKey, q.column.Name)
	switch {
	case primary && isInteger(q.column.Type) && ctx.subject != detect.Patient:
		return q.settle(result, estate.Operational, 0.7)
	case primary && ctx.care && isText(q.column.Type):
		return q.settle(result, estate.PHI, 0.62)
	case primary && ctx.subject == detect.Employee && isText(q.column.Type):
		return q.settle(result, estate.HR, 0.6)
	case ctx.subject == detect.Reference && ctx.link == "" && q.published():
		return q.settle(result, estate.Public, 0.7)
	case technical != nil && !soft && (!q.ofSomebody() || technical.kind != estate.KindReference):
		return q.settle(result, detect.ClassOf(technical.kind), technical.chance)
	case q.negligible(), kindIsBoolean(q.column.Type) && !ctx.care && ctx.subject != detect.Employee:
		return q.settle(result, estate.Operational, 0.75)
	case ctx.care, ctx.link != "" && q.loose():
		return q.settle(result, estate.PHI, 0.62)
	case ctx.subject == detect.Employee:
		return q.settle(result, estate.HR, 0.6)
	case ctx.subject == detect.Money && (!soft && !kindIsDate(q.column.Type) && (q.loose() || !q.profile.sampled && !isInteger(q.column.Type)) || q.profile.has(estate.KindText) > 0.6 && q.profile.counts.Words > 2*q.profile.filled):
		return q.settle(result, estate.Financial, 0.55)
	case ctx.subject == detect.Person && ctx.described && !soft && (primary || q.profile.sampled) && (isText(q.column.Type) || q.column.Type == "date"):
		return q.settle(result, estate.PII, 0.55)
	case soft, q.profile.sampled, kindIsBoolean(q.column.Type):
		return q.settle(result, estate.Operational, 0.72)
	case (ctx.subject == detect.Technical || ctx.subject == detect.Event) && !isFree(q.column) && q.column.Name != ctx.value:
		return q.settle(result, estate.Operational, 0.6)
	}
	return result
}

// published tells whether a column of a list is part of what is published, and not of how the list is kept.
func (q *question) published() bool {
	p := q.profile
	return !q.reading.Audit && q.column.Type != "uuid" && !kindIsBoolean(q.column.Type) &&
		p.has(estate.KindUUID, estate.KindHash, estate.KindTimestamp, estate.KindPath, estate.KindBoolean, estate.KindJSON) < 0.5
}

// ofSomebody tells whether what describes a row describes somebody, or somebody's money: the province that a patient
// lives in is no published list.
func (q *question) ofSomebody() bool {
	switch q.context.subject {
	case detect.Money, detect.Employee, detect.Person:
		return true
	}
	return q.context.care
}

// settle ends with a class that the table tells.
func (q *question) settle(result ColumnResult, class estate.DataClass, chance float64) ColumnResult {
	result.Class, result.Confidence = class, round(chance)
	if q.context.link != "" || q.context.subject != detect.NoSubject {
		result.Evidence = append(result.Evidence, *q.because(class, round(chance)))
	}
	return result
}

// negligible: values that are technical whatever the table is about, or that are the same in every row.
func (q *question) negligible() bool {
	p := q.profile
	switch {
	case q.column.Type == "uuid":
		return true
	case !p.sampled || p.filled == 0:
		return false
	case q.context.subject == detect.Patient && p.has(estate.KindTimestamp) > 0.9 && p.recentDates():
		return true // when a record was made or changed
	case p.filled >= 50 && p.counts.Distinct == 1, p.falseNumbers(q.context.care || q.context.subject == detect.Employee):
		return true
	}
	return p.has(estate.KindUUID, estate.KindHash, estate.KindURL, estate.KindPath, estate.KindVersion, estate.KindTemplate, estate.KindMIME, estate.KindMessageID, estate.KindHex) > 0.8 ||
		p.filled > 20 && p.counts.Ascending*10 > p.filled*8 && q.reading.Words <= 1
}

// falseNumbers tells whether values have the form of an identifier of nine digits or more whose check digits are wrong:
// somebody's numbering, and no identifier. In a record of care or of work, nine digits may be a number of another kind.
func (p *profile) falseNumbers(personal bool) bool {
	if len(p.findings) > 0 || p.counts.Lengths[0]+p.counts.Lengths[1]+p.counts.Lengths[2] > 0 && p.counts.Lengths[3] < p.filled/2 {
		return false
	}
	for kind, refuted := range p.refuted {
		short := kind == estate.KindBSN || kind == estate.KindSIREN || kind == estate.KindABA // nine digits are many things
		if refuted && detect.Chance(kind) < 1 && p.has(kind) > 0.9 && kind != estate.KindEAN && kind != estate.KindSNOMED && (!short || !personal) {
			return true
		}
	}
	return false
}

// loose tells whether values are of the kinds that tell something of a row's subject: dates, measures, text.
func (q *question) loose() bool {
	p := q.profile
	if !p.sampled {
		return false
	}
	return !p.enum && p.has(estate.KindDate, estate.KindTimestamp, estate.KindNumber, estate.KindText) > 0.6
}

func isInteger(sqlType string) bool {
	return sqlType == "integer" || sqlType == "bigint" || sqlType == "smallint"
}

func kindIsDate(sqlType string) bool {
	return sqlType == "date" || strings.HasPrefix(sqlType, "time")
}

func kindIsBoolean(sqlType string) bool { return sqlType == "boolean" }
