package estate

import "fmt"

// Kind is what a value, or the name of a column, shows it to be: a kind of identifier or of content. The set is
// closed, and a saved kind is one of these words, so that nothing read from a customer can hide in one.
type Kind uint8

// The kinds. KindNone says that nothing was recognised. The order is no part of any file: saved is the word.
const (
	KindNone Kind = iota

	KindPassword
	KindPasswordHash
	KindSecret
	KindPrivateKey
	KindJWT
	KindSessionToken
	KindOTPSecret
	KindPIN
	KindConnectionString

	KindMRN
	KindHealthPlan
	KindNHS
	KindMBI
	KindKVNR
	KindVisit
	KindDiagnosis
	KindICD10
	KindSNOMED
	KindLOINC
	KindATC
	KindDrug
	KindDosage
	KindVital
	KindLabResult
	KindClinicalNote
	KindAllergy
	KindProcedure
	KindBloodGroup
	KindServiceDate
	KindDeathDate
	KindLifestyle
	KindPregnancy
	KindGenetic
	KindDisability
	KindHL7
	KindFHIR
	KindDICOM
	KindDeviceSerial
	KindCare

	KindPay
	KindEmployment
	KindAbsence
	KindAppraisal
	KindEmployeeNumber
	KindDependents
	KindEmergencyContact
	KindMarital

	KindIBAN
	KindAccount
	KindBIC
	KindABA
	KindPAN
	KindCardExpiry
	KindCardCode
	KindCardHolder
	KindAmount
	KindPaymentReference

	KindName
	KindGivenName
	KindFamilyName
	KindInitials
	KindEmail
	KindPhone
	KindAddress
	KindPostalCode
	KindCity
	KindBirthDate
	KindBirthPlace
	KindAge
	KindSex
	KindNationalID
	KindSSN
	KindNIR
	KindDNI
	KindNUSS
	KindSteuerID
	KindPensionNumber
	KindINSZ
	KindBSN
	KindAHV
	KindCodiceFiscale
	KindNINO
	KindVAT
	KindPassport
	KindDrivingLicence
	KindNPI
	KindDEA
	KindLicence
	KindPlate
	KindIP
	KindMAC
	KindDeviceID
	KindCoordinates
	KindPhoto
	KindSignature
	KindBiometric
	KindUsername
	KindNationality
	KindLanguage
	KindReligion
	KindEthnicity
	KindPolitics
	KindUnion
	KindOrientation
	KindCriminal
	KindProfile
	KindActivity
	KindPersonalText

	KindBlank
	KindBoolean
	KindEnum
	KindNumber
	KindSequence
	KindCode
	KindOrderNumber
	KindDate
	KindTimestamp
	KindUUID
	KindHash
	KindEAN
	KindVersion
	KindTemplate
	KindMessageID
	KindURL
	KindPath
	KindMIME
	KindBase64
	KindJSON
	KindXML
	KindHex
	KindSIREN
	KindSIRET
	KindOrganisation
	KindCountry
	KindCurrency
	KindLocale
	KindText
	KindTechnical
	KindReference
	KindFile

	kinds // how many there are
)

// KindCount is the number of kinds with [KindNone], for arrays that are indexed by one.
const KindCount = int(kinds)

// kindWords holds the word of each kind.
func kindWords() [KindCount]string {
	return [KindCount]string{
		KindPassword: "password", KindPasswordHash: "password_hash", KindSecret: "secret", KindPrivateKey: "private_key", KindJWT: "jwt",
		KindSessionToken: "session_token", KindOTPSecret: "otp_secret", KindPIN: "pin", KindConnectionString: "connection_string",
		KindMRN: "medical_record_number", KindHealthPlan: "health_plan_number", KindNHS: "uk_nhs", KindMBI: "us_mbi", KindKVNR: "de_kvnr",
		KindVisit: "visit_number", KindDiagnosis: "diagnosis", KindICD10: "icd10", KindSNOMED: "snomed", KindLOINC: "loinc", KindATC: "atc",
		KindDrug: "drug", KindDosage: "dosage", KindVital: "vital_sign", KindLabResult: "lab_result", KindClinicalNote: "clinical_note",
		KindAllergy: "allergy", KindProcedure: "procedure", KindBloodGroup: "blood_group", KindServiceDate: "service_date", KindDeathDate: "death_date",
		KindLifestyle: "lifestyle", KindPregnancy: "pregnancy", KindGenetic: "genetic", KindDisability: "disability", KindHL7: "hl7", KindFHIR: "fhir",
		KindDICOM: "dicom_uid", KindDeviceSerial: "device_serial", KindCare: "care", KindPay: "pay", KindEmployment: "employment", KindAbsence: "absence",
		KindAppraisal: "appraisal", KindEmployeeNumber: "employee_number", KindDependents: "dependents", KindEmergencyContact: "emergency_contact",
		KindMarital: "marital_status", KindIBAN: "iban", KindAccount: "bank_account", KindBIC: "bic", KindABA: "us_aba", KindPAN: "pan",
		KindCardExpiry: "card_expiry", KindCardCode: "card_security_code", KindCardHolder: "cardholder_name", KindAmount: "amount",
		KindPaymentReference: "payment_reference", KindName: "name", KindGivenName: "given_name", KindFamilyName: "family_name", KindInitials: "initials",
		KindEmail: "email", KindPhone: "phone", KindAddress: "address", KindPostalCode: "postal_code", KindCity: "city", KindBirthDate: "birth_date",
		KindBirthPlace: "birth_place", KindAge: "age", KindSex: "sex", KindNationalID: "national_id", KindSSN: "us_ssn", KindNIR: "fr_nir",
		KindDNI: "es_dni", KindNUSS: "es_nuss", KindSteuerID: "de_steuer_id", KindPensionNumber: "de_pension_number", KindINSZ: "be_insz",
		KindBSN: "nl_bsn", KindAHV: "ch_ahv", KindCodiceFiscale: "it_codice_fiscale", KindNINO: "uk_nino", KindVAT: "eu_vat", KindPassport: "passport",
		KindDrivingLicence: "driving_licence", KindNPI: "us_npi", KindDEA: "us_dea", KindLicence: "professional_licence", KindPlate: "vehicle_plate",
		KindIP: "ip_address", KindMAC: "mac_address", KindDeviceID: "device_id", KindCoordinates: "coordinates", KindPhoto: "photo",
		KindSignature: "signature", KindBiometric: "biometric", KindUsername: "username", KindNationality: "nationality", KindLanguage: "language",
		KindReligion: "religion", KindEthnicity: "ethnicity", KindPolitics: "political_opinion", KindUnion: "trade_union",
		KindOrientation: "sexual_orientation", KindCriminal: "criminal_record", KindProfile: "social_profile", KindActivity: "activity",
		KindPersonalText: "free_text", KindBlank: "blank", KindBoolean: "boolean", KindEnum: "enum", KindNumber: "number", KindSequence: "sequence",
		KindCode: "code", KindOrderNumber: "order_number", KindDate: "date", KindTimestamp: "timestamp", KindUUID: "uuid", KindHash: "hash",
		KindEAN: "ean", KindVersion: "version", KindTemplate: "template", KindMessageID: "message_id", KindURL: "url", KindPath: "path",
		KindMIME: "mime_type", KindBase64: "base64", KindJSON: "json", KindXML: "xml", KindHex: "hex", KindSIREN: "fr_siren", KindSIRET: "fr_siret",
		KindOrganisation: "organisation", KindCountry: "country", KindCurrency: "currency", KindLocale: "locale", KindText: "text",
		KindTechnical: "technical", KindReference: "reference", KindFile: "file",
	}
}

// String is the kind's word, such as "birth_date"; empty for [KindNone].
func (k Kind) String() string {
	if k >= kinds {
		return ""
	}
	return kindWords()[k]
}

// KindOf finds a kind by its word.
func KindOf(word string) (Kind, bool) {
	for i, known := range kindWords() {
		if known == word && word != "" {
			return Kind(i), true //nolint:gosec // an index below KindCount
		}
	}
	return KindNone, false
}

// MarshalText writes the word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText takes a word of the set and nothing else. The error does not repeat what it was given.
func (k *Kind) UnmarshalText(text []byte) error {
	known, ok := KindOf(string(text))
	if !ok {
		return fmt.Errorf("unknown kind of data (%d bytes)", len(text))
	}
	*k = known
	return nil
}
