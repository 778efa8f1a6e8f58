package detect

import "nightferry/internal/estate"

// ClassOf is the class of data of a kind by itself, before the table it stands in is looked at.
func ClassOf(kind estate.Kind) estate.DataClass {
	switch {
	case kind == estate.KindNone:
		return estate.NotAssessed
	case kind <= estate.KindConnectionString:
		return estate.Credential
	case kind <= estate.KindCare:
		return estate.PHI
	case kind <= estate.KindMarital:
		return hrClass(kind)
	case kind <= estate.KindPaymentReference:
		return estate.Financial
	case kind <= estate.KindPersonalText:
		return estate.PII
	case kind == estate.KindReference || kind == estate.KindCountry || kind == estate.KindCurrency:
		return estate.Public
	}
	return estate.Operational
}

// hrClass: what is of work only in a table of employees, and of any person elsewhere, is personal data by itself.
func hrClass(kind estate.Kind) estate.DataClass {
	switch kind {
	case estate.KindEmergencyContact, estate.KindMarital, estate.KindDependents:
		return estate.PII
	}
	return estate.HR
}

// Identifies tells whether a kind identifies or describes a person, so that it takes the class of the table's subject.
func Identifies(kind estate.Kind) bool {
	return ClassOf(kind) == estate.PII
}

// Article9 is the category of special data of GDPR Art. 9(1), or of Art. 10 ("criminal"); empty for none.
func Article9(kind estate.Kind) string {
	switch kind {
	case estate.KindReligion:
		return "religion"
	case estate.KindEthnicity:
		return "ethnic_origin"
	case estate.KindPolitics:
		return "political_opinion"
	case estate.KindUnion:
		return "trade_union"
	case estate.KindOrientation:
		return "sexual_orientation"
	case estate.KindGenetic:
		return "genetic"
	case estate.KindBiometric:
		return "biometric"
	case estate.KindCriminal:
		return "criminal"
	case estate.KindDiagnosis, estate.KindICD10, estate.KindSNOMED, estate.KindLOINC, estate.KindATC, estate.KindDrug, estate.KindDosage,
		estate.KindVital, estate.KindLabResult, estate.KindClinicalNote, estate.KindAllergy, estate.KindProcedure,
		estate.KindBloodGroup, estate.KindLifestyle, estate.KindPregnancy, estate.KindDisability, estate.KindHL7, estate.KindFHIR:
		return "health"
	}
	return ""
}

// Cardholder is what PCI DSS calls a kind; empty for what it does not speak of.
func Cardholder(kind estate.Kind) string {
	switch kind {
	case estate.KindPAN, estate.KindCardExpiry, estate.KindCardHolder:
		return "cardholder data"
	case estate.KindCardCode:
		return "authentication data"
	}
	return ""
}

// Verifiable tells whether values show by their form that they are, or are not, of a kind.
func Verifiable(kind estate.Kind) bool {
	switch kind {
	case estate.KindEmail, estate.KindIBAN, estate.KindPAN, estate.KindNIR, estate.KindDNI, estate.KindNUSS, estate.KindSteuerID,
		estate.KindPensionNumber, estate.KindINSZ, estate.KindBSN, estate.KindAHV, estate.KindCodiceFiscale, estate.KindNINO,
		estate.KindNPI, estate.KindDEA, estate.KindNHS, estate.KindMBI, estate.KindKVNR, estate.KindIP, estate.KindMAC,
		estate.KindBIC, estate.KindABA, estate.KindLOINC, estate.KindJWT, estate.KindHL7, estate.KindFHIR, estate.KindSSN:
		return true
	}
	return false
}
