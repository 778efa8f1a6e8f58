package lab

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func someCanaries() Canaries {
	return Canaries{
		Passwords: map[string]string{"odoo": "Zq9Am3E73iZc6xcPK9"},
		Secrets:   []Canary{{Name: "token", Value: "Zq95JCv7DndsAr5Fh3"}},
		Patients:  []Canary{{Name: "greek", Value: "Κλεονίκη Ψευδοκαναρίδου"}},
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	const token = "Zq95JCv7DndsAr5Fh3"
	tests := map[string]struct {
		data string
		want []string
	}{
		"nothing":              {"three hosts, two databases", nil},
		"whole":                {"--token=" + token, []string{"secret token in clear"}},
		"a piece":              {"--token=…DndsAr…", []string{"secret token in clear"}},
		"a short piece is not": {"--token=…dsAr5…", nil},
		"in capitals":          {"ZQ95JCV7", []string{"secret token in clear"}},
		"in Greek":             {`{"name": "κλεονίκη ψ"}`, []string{"patient greek in clear"}},
		"hexadecimal":          {hex.EncodeToString([]byte("x" + token)), []string{"secret token in hexadecimal"}},
		"base64":               {base64.StdEncoding.EncodeToString([]byte(token)), []string{"secret token in base64"}},
		"base64, one further":  {base64.StdEncoding.EncodeToString([]byte(":" + token + ":x")), []string{"secret token in base64"}},
		"base64, two further":  {base64.StdEncoding.EncodeToString([]byte("a:" + token + "yz")), []string{"secret token in base64"}},
		"two of them": {
			token + " Zq9Am3E73iZc6xcPK9",
			[]string{"password odoo in clear", "secret token in clear"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, someCanaries().Find([]byte(tt.data)))
		})
	}
}

func TestFindIn(t *testing.T) {
	t.Parallel()
	var workbook bytes.Buffer
	parts := zip.NewWriter(&workbook)
	part, err := parts.Create("xl/sharedStrings.xml")
	require.NoError(t, err)
	_, err = part.Write(bytes.Repeat([]byte("<t>Κλεονίκη Ψευδοκαναρίδου</t>"), 50))
	require.NoError(t, err)
	require.NoError(t, parts.Close())
	tree := fstest.MapFS{
		"engagement.yaml":              {Data: []byte("hosts: []")},
		"inventory/Zq9Am3E73i.json":    {Data: []byte("{}")},
		"reports/estate.xlsx":          {Data: workbook.Bytes()},
		"inventory/hosts/erp-app.json": {Data: []byte("argv: Zq95JCv7DndsAr5Fh3")},
	}
	found, err := someCanaries().FindIn(tree)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{
		"the name of inventory/Zq9Am3E73i.json: password odoo in clear",
		"reports/estate.xlsx: xl/sharedStrings.xml: patient greek in clear",
		"inventory/hosts/erp-app.json: secret token in clear",
	}, found)
}

// TestCanariesAreNoWords holds what makes the search trustworthy: no piece of a canary occurs in ordinary
// text, so a sighting is never chance.
func TestCanariesAreNoWords(t *testing.T) {
	t.Parallel()
	canaries, err := ReadCanaries()
	require.NoError(t, err)
	for _, path := range []string{"README.md", "../../CONTRIBUTING.md", "lab.go", "sighting.go"} {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Empty(t, canaries.Find(text), path)
	}
}
