package detect_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

func counted(t testing.TB, sqlType string, values ...string) estate.ColumnCounts {
	t.Helper()
	a := detect.NewAccumulator(knowledge(t), estate.Column{Name: "x1", Type: sqlType})
	for _, value := range values {
		a.Add([]byte(value))
	}
	return a.Counts()
}

// TestWholeValues shows each form alone: what a value is called by what it looks like.
func TestWholeValues(t *testing.T) {
	t.Parallel()
	for value, kind := range map[string]estate.Kind{
		"jane.roe@clinic.example":   estate.KindEmail,
		"+49 30 5550123":            estate.KindPhone,
		"(555) 010-1234":            estate.KindPhone,
		"06 12 34 56 78":            estate.KindPhone,
		"12 Rue de la Paix":         estate.KindAddress,
		"Hauptstraße 5":             estate.KindAddress,
		"Jean-Pierre Dupont":        estate.KindName,
		"García López, María":       estate.KindName,
		"Dr. Müller":                estate.KindName,
		"Sophie":                    estate.KindGivenName,
		"1984-05-31":                estate.KindDate,
		"E11.9":                     estate.KindICD10,
		"N02BE01":                   estate.KindATC,
		"2093-3":                    estate.KindLOINC,
		"73211009":                  estate.KindSNOMED,
		"Metformin 500 mg Tablette": estate.KindDrug,
		"1-0-1":                     estate.KindDosage,
		"120/80":                    estate.KindVital,
		"5.4 mmol/l":                estate.KindLabResult,
		"Diabetes mellitus type 2":  estate.KindDiagnosis,
		"AB Rh+":                    estate.KindBloodGroup,
		"evangelisch":               estate.KindReligion,
		"$2b$12$C6UzMDM.H6dfI/f/IKcEeO1x1x1x1x1x1x1x1x1x1": estate.KindPasswordHash,
		"$pbkdf2-sha512$25000$abcdefgh$abcdefghijkl":       estate.KindPasswordHash,
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2ln":    estate.KindJWT,
		"ghp_0123456789abcdefghijABCDEFGHIJ012345":         estate.KindSecret,
		"postgres://app:example@db.example/clinic":         estate.KindConnectionString,
		"Server=db;User=app;Password=example":              estate.KindConnectionString,
		"192.0.2.7":                                        estate.KindIP,
		"2001:db8::7":                                      estate.KindIP,
		"00:00:5e:00:53:01":                                estate.KindMAC,
		"1.2.840.113619.2.55.3.604688":                     estate.KindDICOM,
		"7c9e6679-7425-40de-944b-e07fc1f90ae7":             estate.KindUUID,
		"d41d8cd98f00b204e9800998ecf8427e":                 estate.KindHash,
		"<20240501.1234@mail.clinic.example>":              estate.KindMessageID,
		"Dear {{ object.name }}":                           estate.KindTemplate,
		"v14.0.1.2":                                        estate.KindVersion,
		"/var/lib/odoo/filestore":                          estate.KindPath,
		"application/pdf":                                  estate.KindMIME,
		"SO-2024-00123":                                    estate.KindOrderNumber,
		"MRN0012345":                                       estate.KindMRN,
		"MSH|^~\\&|LAB|NORD|||20240101||ORU^R01|7|P|2.5\rPID|1||X^^^L||Roe^Jane": estate.KindHL7,
		`{"resourceType":"Patient","name":[{"family":"Roe"}]}`:                   estate.KindFHIR,
		"Nordlabor Diagnostik GmbH":                                              estate.KindOrganisation,
	} {
		counts := counted(t, "text", value)
		require.Equal(t, 1, counts.Whole[kind].Matched, "%q is not %s: %v", value, kind, counts.Whole)
	}
}

// TestInside shows what is found within a value: under keys, in text, one layer of encoding down.
func TestInside(t *testing.T) {
	t.Parallel()
	c := counted(t, "jsonb", `{"patient": {"first_name": "Jane", "dob": "1980-01-01", "contacts": [{"email": "jane@clinic.example"}]}, "version": 3}`)
	require.Positive(t, c.Keyed[estate.KindGivenName].Passed)
	require.Positive(t, c.Keyed[estate.KindBirthDate].Passed)
	require.Positive(t, c.Keyed[estate.KindEmail].Passed)
	require.Positive(t, c.Keyed[estate.KindCare].Matched, "the document speaks of a patient")

	c = counted(t, "text", "Please call Mrs. Roe on +44 20 7946 0123 about her test, she wrote from jane.roe@clinic.example and it was urgent")
	require.Positive(t, c.Parts[estate.KindEmail].Matched)
	require.Positive(t, c.Parts[estate.KindPhone].Matched)
	require.Positive(t, c.Parts[estate.KindName].Matched)

	c = counted(t, "text", base64.StdEncoding.EncodeToString([]byte("Hello Jane Roe, write to jane.roe@clinic.example")))
	require.Positive(t, c.Whole[estate.KindBase64].Matched)

	c = counted(t, "text[]", `{jane@clinic.example,"john@clinic.example",NULL}`)
	require.Equal(t, 2, c.Whole[estate.KindEmail].Matched)

	c = counted(t, "bytea", `\x7b22656d61696c223a20226a616e6540636c696e69632e6578616d706c65227d`)
	require.Positive(t, c.Keyed[estate.KindEmail].Passed, "text in bytes: %v", c)
	c = counted(t, "bytea", `\x89504e470d0a1a0a0000`)
	require.Equal(t, 1, c.Binary)

	a := detect.NewAccumulator(knowledge(t), estate.Column{Name: "value", Type: "text"})
	a.AddKeyed([]byte("mail.smtp.password"), []byte("example"))
	a.AddKeyed([]byte("report.margin"), []byte("7"))
	require.Equal(t, 1, a.Counts().Keyed[estate.KindPassword].Matched)
}

func TestAccumulatorCounts(t *testing.T) {
	t.Parallel()
	a := detect.NewAccumulator(knowledge(t), estate.Column{Name: "x", Type: "text"})
	a.Add(nil)
	a.Add([]byte("  "))
	a.Add([]byte("\xff\xfe"))
	for i := range 100 {
		a.Add(fmt.Appendf(nil, "%d", i+1))
	}
	c := a.Counts()
	require.Equal(t, 103, c.Rows)
	require.Equal(t, 1, c.Nulls)
	require.Equal(t, 1, c.Empty)
	require.Equal(t, 1, c.Binary)
	require.Greater(t, c.Ascending, 90)
	require.False(t, a.Decided(), "that nothing was found decides nothing")
	a.Reset(estate.Column{Name: "y", Type: "text"})
	require.Equal(t, estate.ColumnCounts{Column: "y"}, a.Counts())
}

func TestDecided(t *testing.T) {
	t.Parallel()
	a := detect.NewAccumulator(knowledge(t), estate.Column{Name: "x", Type: "text"})
	for i := range 200 {
		a.Add(fmt.Appendf(nil, "user%d@clinic.example", i))
		if a.Decided() {
			require.GreaterOrEqual(t, i, 40)
			return
		}
	}
	require.Fail(t, "200 addresses decide nothing")
}

// TestAddAllocatesNothing: values are borrowed, and looking at one makes no garbage that could hold it.
func TestAddAllocatesNothing(t *testing.T) {
	k := knowledge(t)
	for _, value := range []string{"jane.roe@clinic.example", "Jean-Pierre Dupont", "DE89370400440532013000", "Metformin 500 mg", "2 55 08 14 168 025 38",
		"The patient was admitted with pneumonia and treated with amoxicillin by Dr. Roe", `{"email":"jane@clinic.example","amount":7}`, "7c9e6679-7425-40de-944b-e07fc1f90ae7",
		"SGVsbG8gSmFuZSBSb2UsIGhvdyBhcmUgeW91IHRvZGF5Pw=="} {
		a := detect.NewAccumulator(k, estate.Column{Name: "x", Type: "text"})
		bytes := []byte(value)
		a.Add(bytes)
		require.Zero(t, testing.AllocsPerRun(100, func() { a.Add(bytes) }), value)
	}
}

// TestCountsHoldNoPartOfAValue saves what was counted, and looks for what was read.
func TestCountsHoldNoPartOfAValue(t *testing.T) {
	t.Parallel()
	const canary = "Zyxwvut Qponmlk"
	for _, value := range []string{canary, `{"` + canary + `": "` + canary + `"}`, canary + "@clinic.example", "MSH|^~\\&|" + canary + "\rPID|" + canary} {
		for _, sqlType := range []string{"text", "jsonb", "text[]", "bytea", "integer"} {
			text, err := json.Marshal(counted(t, sqlType, value))
			require.NoError(t, err)
			for _, part := range []string{"Zyxwvu", "Qponml", "zyxwvu"} {
				require.NotContains(t, string(text), part, sqlType)
			}
		}
	}
}

func FuzzAdd(f *testing.F) {
	for _, seed := range []string{"", "{", `{"a":`, "{a,\"b", `\x00f`, "MSH|", "<a", "é", "2024-01-01 10:00:00", "a@b.c", strings.Repeat("x", 5000), "+1", "=", "00000000000"} {
		f.Add(seed, "name")
	}
	k := knowledge(f)
	types := []string{"text", "jsonb", "integer", "bytea", "date", "text[]", "boolean", "uuid", "hstore"}
	f.Fuzz(func(t *testing.T, value, key string) {
		for _, sqlType := range types {
			a := detect.NewAccumulator(k, estate.Column{Name: "x", Type: sqlType})
			a.AddKeyed([]byte(key), []byte(value))
			a.Add([]byte(value))
			c := a.Counts()
			require.Equal(t, 2, c.Rows)
			for kind, found := range c.Whole {
				require.LessOrEqual(t, found.Passed, found.Matched, "%s", kind)
			}
		}
	})
}

// BenchmarkAdd looks at values of many forms; the mean is what a value costs.
func BenchmarkAdd(b *testing.B) {
	k := knowledge(b)
	values := [][]byte{[]byte("jane.roe@clinic.example"), []byte("Jean-Pierre Dupont"), []byte("DE89370400440532013000"), []byte("1984-05-31"),
		[]byte("in progress"), []byte("1234567893"), []byte("7c9e6679-7425-40de-944b-e07fc1f90ae7"), []byte("12 Rue de la Paix"), []byte("7"),
		[]byte("The delivery was late and the supplier was told to send the rest on Monday")}
	a := detect.NewAccumulator(k, estate.Column{Name: "x", Type: "text"})
	b.ReportAllocs()
	for i := range b.N {
		a.Add(values[i%len(values)])
	}
}
