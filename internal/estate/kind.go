package estate

import (
	"fmt"
	"strings"
)

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

// kindText holds the words of the kinds, in their order.
const kindText = "" +
	"password password_hash secret private_key jwt session_token otp_secret pin connection_string medical_record_number health_plan_number uk_nhs " +
	"us_mbi de_kvnr visit_number diagnosis icd10 snomed loinc atc drug dosage vital_sign lab_result clinical_note allergy procedure blood_group " +
	"service_date death_date lifestyle pregnancy genetic disability hl7 fhir dicom_uid device_serial care pay employment absence appraisal " +
	"employee_number dependents emergency_contact marital_status iban bank_account bic us_aba pan card_expiry card_security_code cardholder_name " +
	"amount payment_reference name given_name family_name initials email phone address postal_code city birth_date birth_place age sex " +
	"national_id us_ssn fr_nir es_dni es_nuss de_steuer_id de_pension_number be_insz nl_bsn ch_ahv it_codice_fiscale uk_nino eu_vat passport " +
	"driving_licence us_npi us_dea professional_licence vehicle_plate ip_address mac_address device_id coordinates photo signature biometric " +
	"username nationality language religion ethnicity political_opinion trade_union sexual_orientation criminal_record social_profile activity " +
	"free_text blank boolean enum number sequence code order_number date timestamp uuid hash ean version template message_id url path mime_type " +
	"base64 json xml hex fr_siren fr_siret organisation country currency locale text technical reference file "

// String is the kind's word, such as "birth_date"; empty for [KindNone].
func (k Kind) String() string {
	if k == KindNone || k >= kinds {
		return ""
	}
	rest := kindText
	for range k - 1 {
		_, rest, _ = strings.Cut(rest, " ")
	}
	word, _, _ := strings.Cut(rest, " ")
	return word
}

// KindOf finds a kind by its word.
func KindOf(word string) (Kind, bool) {
	kind := KindNone
	for known := range strings.FieldsSeq(kindText) {
		if kind++; known == word {
			return kind, true
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
