package detect_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

var load = sync.OnceValues(detect.Load)

func knowledge(t testing.TB) *detect.Knowledge {
	t.Helper()
	k, err := load()
	require.NoError(t, err)
	return k
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"birth_date":         {"birth", "date"},
		"patientBirthDate2":  {"patient", "birth", "date"},
		"HL7Message":         {"hl", "message"},
		"Prénom":             {"prenom"},
		"straße":             {"strasse"},
		"__":                 nil,
		"Numéro_de_Sécurité": {"numero", "de", "securite"},
		"IBAN":               {"iban"},
	} {
		require.Equal(t, want, detect.Tokens(name), name)
	}
}

// TestHint reads names as real schemas have them: abbreviated, compound, prefixed, transliterated.
func TestHint(t *testing.T) {
	t.Parallel()
	d := knowledge(t).Names
	for _, c := range []struct {
		column, sqlType string
		kind            estate.Kind
	}{
		{"email", "character varying", estate.KindEmail},
		{"e_mail", "text", estate.KindEmail},
		{"c_email2", "text", estate.KindEmail},
		{"dateNaissance", "date", estate.KindBirthDate},
		{"dt_naiss", "date", estate.KindBirthDate},
		{"geburtsdatum", "date", estate.KindBirthDate},
		{"GEBDAT", "character(8)", estate.KindBirthDate},
		{"f_nac", "date", estate.KindBirthDate},
		{"dob", "date", estate.KindBirthDate},
		{"apellido1", "text", estate.KindFamilyName},
		{"pat_lname", "text", estate.KindFamilyName},
		{"patientenname", "text", estate.KindName},
		{"mrn", "text", estate.KindMRN},
		{"blood_group", "character varying", estate.KindBloodGroup},
		{"diagnosis_code", "text", estate.KindDiagnosis},
		{"krankenversicherungsnummer", "text", estate.KindHealthPlan},
		{"krankenkassennummer", "text", estate.KindHealthPlan},
		{"geburtsort", "text", estate.KindBirthPlace},
		{"strassenname", "text", estate.KindAddress},
		{"salary", "numeric", estate.KindPay},
		{"gehalt_brutto", "numeric", estate.KindPay},
		{"iban", "text", estate.KindIBAN},
		{"kto_nr", "text", estate.KindAccount},
		{"no_secu", "text", estate.KindNIR},
		{"numsecu", "text", estate.KindNIR},
		{"tel_dom", "text", estate.KindPhone},
		{"fld_phone", "text", estate.KindPhone},
		{"num_tarjeta", "text", estate.KindPAN},
		{"afiliacion_sindical", "text", estate.KindUnion},
		{"smtp_pass", "text", estate.KindPassword},
		{"client_secret", "text", estate.KindSecret},
		{"apikey", "text", estate.KindSecret},
		{"x_studio_insurance_no", "text", estate.KindHealthPlan},
		{"is_pregnant", "boolean", estate.KindPregnancy},
	} {
		hint, found := d.Hint(c.column, c.sqlType)
		require.True(t, found, c.column)
		require.Equal(t, c.kind.String(), hint.Kind.String(), c.column)
	}
}

// What describes data, or cannot hold it, is no hint of anything sensitive.
func TestHintRefuses(t *testing.T) {
	t.Parallel()
	d := knowledge(t).Names
	for _, c := range []struct{ column, sqlType string }{
		{"email_template", "text"}, {"phone_count", "integer"}, {"is_patient", "boolean"}, {"password_policy", "integer"},
		{"address_format", "text"}, {"quantity", "numeric"}, {"product_uom", "integer"}, {"has_email", "boolean"}, {"note_type", "text"},
		{"diagnosis_type_count", "integer"}, {"ssn_format", "text"}, {"password_changed_at", "timestamp without time zone"},
		{"modele_email", "text"}, {"plantilla_correo", "text"}, {"vorlage_email", "text"}, {"file_name", "text"},
	} {
		hint, found := d.Hint(c.column, c.sqlType)
		require.False(t, found && detect.ClassOf(hint.Kind).IsSensitive(), "%s gave %s", c.column, hint.Kind)
	}
}

// A word that means different things is read in the language of its table.
func TestLanguageSettles(t *testing.T) {
	t.Parallel()
	d := knowledge(t).Names
	language := func(names ...string) int {
		var votes [4]int
		for _, name := range names {
			d.Votes(name, &votes)
		}
		return detect.LanguageOf(votes)
	}
	spanish, french := language("apellidos", "fecha_nacimiento", "domicilio"), language("prenom", "date_naissance", "ville")
	require.NotEqual(t, spanish, french)
	require.Equal(t, estate.KindName, d.Read("nombre", "text", spanish).Hints[0].Kind)
	for _, h := range d.Read("nombre", "integer", french).Hints {
		require.False(t, detect.ClassOf(h.Kind).IsSensitive() && h.Weight >= 0.5, "%v", h)
	}
}

func TestTableSubject(t *testing.T) {
	t.Parallel()
	d := knowledge(t).Names
	for table, want := range map[string]detect.Subject{
		"clinic_patient": detect.Patient, "pat_stamm": detect.Patient, "sejours": detect.Care, "laborwerte": detect.Care, "hr_employee": detect.Employee,
		"nominas": detect.Employee, "rechnungen": detect.Money, "icd10_catalog": detect.Reference, "stock_move": detect.Technical, "access_log": detect.Event,
		"zzz": detect.NoSubject, "patient_log": detect.Patient, "customers": detect.Person, "lieferanten": detect.Organisation,
	} {
		require.Equal(t, want.String(), d.TableSubject(table).String(), table)
	}
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	c, err := detect.LoadCatalogue()
	require.NoError(t, err)
	require.Greater(t, c.Len(), 500)
	for _, want := range []struct {
		table, column string
		class         estate.DataClass
	}{
		{"res_partner", "email", estate.PII}, {"res_users", "password", estate.Credential}, {"res_partner", "color", estate.Operational},
		{"fetchmail_server", "password", estate.Credential}, {"hr_employee", "passport_id", estate.HR},
	} {
		entry, found := c.Lookup(want.table, want.column)
		require.True(t, found, "%s.%s", want.table, want.column)
		require.Equal(t, want.class, entry.Class, "%s.%s", want.table, want.column)
	}
}

func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"birth_date", "HL7Message", "İstanbul", "\xff\xfe", "a\u0301", "ＡＢＣ", "患者名", "krankenkassennummer"} {
		f.Add(seed)
	}
	d := knowledge(f).Names
	f.Fuzz(func(t *testing.T, name string) {
		for _, token := range detect.Tokens(name) {
			require.NotEmpty(t, token)
		}
		for _, hint := range d.Read(name, "text", detect.AnyLanguage).Hints {
			require.NotEqual(t, estate.KindNone, hint.Kind)
			require.Less(t, hint.Weight, 1.0)
		}
	})
}
