package detect

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// vocabulary is the dictionary as people can read and extend it: a class, a subtype, a weight, and the terms
// in English, French, German and Spanish, each term being words that follow each other.
type vocabulary struct {
	class   estate.DataClass
	subtype string
	weight  float64
	terms   string
}

func vocabularies() []vocabulary {
	return []vocabulary{
		{estate.Credential, "password", 0.97, "password, passwd, smtp pass, pwd, passphrase, mot de passe, motdepasse, passwort, kennwort, contrasena, clave acceso"},
		{estate.Credential, "secret", 0.95, "secret, client secret, api key, apikey, secret key, private key, access token, refresh token, auth token, token, bearer, totp, otp, webhook secret, jeton, geheimnis, schlussel geheim, bind pw, credential, puk"},

		{estate.PHI, "mrn", 0.95, "mrn, medical record number, medical record, patient number, patient id, patient no, numero patient, ipp, patientennummer, numero historia, historia clinica, nhc"},
		{estate.PHI, "health-id", 0.95, "nhs number, nhs, mbi, medicare, medicaid, health insurance number, kvnr, krankenversicherungsnummer, versichertennummer, tarjeta sanitaria, carte vitale, member number, policy holder id, subscriber id"},
		{estate.PHI, "diagnosis", 0.93, "diagnosis, diagnoses, diagnostic, icd, icd code, snomed, pathology, disease, diagnose, krankheit, maladie, enfermedad, condition code, comorbidity, antecedents, anamnesis, anamnese"},
		{estate.PHI, "medication", 0.9, "medication, drug, dosage, dose, prescription, posology, posologie, ordonnance, medicament, medikament, wirkstoff, dosis, receta, farmaco, vaccine, impfung, immunization"},
		{estate.PHI, "vital-sign", 0.9, "blood pressure, blood group, blood type, heart rate, bmi, temperature celsius, groupe sanguin, blutgruppe, grupo sanguineo, oxygen saturation, spo, glucose, hba, haemoglobin, hemoglobin"},
		{estate.PHI, "result", 0.88, "lab result, test result, result payload, observation, hl message, raw message, befund, laborwert, resultat, resultado, payload, specimen"},
		{estate.PHI, "clinical-note", 0.88, "clinical note, progress note, allergy, allergies, allergie, allergien, alergia, symptom, treatment, therapy, traitement, behandlung, tratamiento, surgery, procedure note, disability, pregnancy, hiv, psychiatric, chief complaint, discharge, triage, reason for visit"},
		{estate.PHI, "care-date", 0.8, "admission date, discharge date, encounter date, death date, date of death, date deces, sterbedatum, fecha ingreso"},

		{estate.HR, "pay", 0.92, "salary, wage, wages, gehalt, lohn, salaire, salario, nomina, bonus amount, payslip, hourly cost, remuneration, sueldo"},
		{estate.HR, "employment", 0.8, "sick leave, arret maladie, krankmeldung, baja medica, appraisal, disciplinary, termination reason, emergency contact, marital, children, dependents, familienstand"},

		{estate.Financial, "account", 0.93, "iban, acc number, bank account, account number, bic, swift, kontonummer, bankverbindung, compte bancaire, cuenta bancaria, routing number, aba"},
		{estate.Financial, "card", 0.95, "card number, pan, credit card, cvv, cvc, card holder, card expiry, carte bancaire, kreditkarte, tarjeta credito"},
		{estate.Financial, "amount", 0.6, "amount total, invoice total, balance, credit limit, amount due, solde, saldo, montant, betrag, importe, price subtotal, amount residual, debit, credit"},

		{estate.PII, "national-id", 0.95, "ssn, ssnid, social security, national id, identity number, nir, insee, dni, nie, nif, steuer id, steuerid, steuernummer, passport, passport id, bsn, ahv, rijksregister, codice fiscale, nino, numero securite sociale, sozialversicherungsnummer, personalausweis, driving license, licence number, vat"},
		{estate.PII, "email", 0.93, "email, e mail, mail address, courriel, correo, email from, email to, email cc, emailadresse"},
		{estate.PII, "phone", 0.92, "phone, mobile, telephone, telefon, telefono, fax, handy, gsm, portable, movil, cell"},
		{estate.PII, "birth-date", 0.93, "birth date, birthdate, birthday, date of birth, dob, date naissance, naissance, geburtsdatum, geburtstag, fecha nacimiento, nacimiento"},
		{estate.PII, "address", 0.85, "street, address, adresse, direccion, strasse, rue, calle, zip, postcode, postal code, plz, code postal, city, ville, ort, ciudad, contact address"},
		{estate.PII, "name", 0.88, "first name, last name, given name, family name, surname, full name, maiden name, middle name, display name, complete name, partner name, contact name, patient name, prenom, nom, vorname, nachname, familienname, apellido, apellidos, nombres, author name, login"},
		{estate.PII, "gender", 0.75, "gender, sex, sexe, geschlecht, sexo"},
		{estate.PII, "origin", 0.85, "ethnicity, race, religion, nationality, confession, nationalite, staatsangehorigkeit, nacionalidad, sexual orientation, trade union"},
		{estate.PII, "network", 0.8, "ip address, ip addr, remote addr, mac address, device id, user agent"},
		{estate.PII, "location", 0.8, "latitude, longitude, partner latitude, partner longitude"},
		{estate.PII, "picture", 0.8, "photo, image face, signature, portrait, biometric, fingerprint"},
	}
}

// Dictionary finds the terms that a name holds. Make it once with [NewDictionary].
type Dictionary struct {
	byFirst  map[string][]term // by a term's first word
	byJoined map[string][]term // by a term's words written as one
}

// term is one dictionary entry: words that must follow each other in a name.
type term struct {
	words   []string
	class   estate.DataClass
	subtype string
	weight  float64
}

// NewDictionary indexes the built-in vocabularies.
func NewDictionary() *Dictionary {
	d := &Dictionary{byFirst: map[string][]term{}, byJoined: map[string][]term{}}
	for _, v := range vocabularies() {
		for text := range strings.SplitSeq(v.terms, ",") {
			t := term{words: strings.Fields(text), class: v.class, subtype: v.subtype, weight: v.weight}
			d.byFirst[t.words[0]] = append(d.byFirst[t.words[0]], t)
			if len(t.words) > 1 {
				joined := strings.Join(t.words, "")
				d.byJoined[joined] = append(d.byJoined[joined], t)
			}
		}
	}
	return d
}

// in lists the terms that stand in tokens, their words one after the other or written as one.
func (d *Dictionary) in(tokens []string) []term {
	var found []term
	for i, token := range tokens {
		for _, t := range d.byFirst[token] {
			if i+len(t.words) <= len(tokens) && slices.Equal(tokens[i:i+len(t.words)], t.words) {
				found = append(found, t)
			}
		}
		found = append(found, d.byJoined[token]...)
	}
	return found
}
