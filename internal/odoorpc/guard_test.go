package odoorpc

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func respond(value string) string {
	return "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n" + value + "\n</param>\n</params>\n</methodResponse>\n"
}

func TestGuard(t *testing.T) {
	t.Parallel()
	nest := func(n int) string {
		return strings.Repeat("<value><array><data>", n) + strings.Repeat("</data></array></value>", n)
	}
	tests := map[string]struct {
		body  string
		fault bool
		wrong string
	}{
		"value":            {body: respond("<value><string>x</string></value>")},
		"empty elements":   {body: respond("<value><string/></value>")},
		"spaces in tags":   {body: respond("<value ><int>1</int\n></value>")},
		"fault":            {body: "<methodResponse>\n<fault><value/></fault></methodResponse>", fault: true},
		"fault as a value": {body: respond("<value><string>&lt;fault&gt;</string></value>")},
		"late fault":       {body: "<methodResponse><params><fault></fault></params></methodResponse>"},
		"20 arrays":        {body: respond(nest(19))},
		"400,000 arrays":   {body: respond(nest(400_000)), wrong: "nested deeper than 64"},
		"never closed":     {body: "<methodResponse>" + strings.Repeat("<value>", 400_000), wrong: "nested deeper"},
		"comment":          {body: respond("<value><string>a<!-- -->b</string></value>"), wrong: "does not have"},
		"cdata":            {body: respond("<value><string>a<![CDATA[b]]></string></value>"), wrong: "does not have"},
		"instruction":      {body: respond("<value><?php ?></value>"), wrong: "does not have"},
		"doctype":          {body: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + respond(""), wrong: "does not have"},
		"attribute":        {body: respond("<value a='>'/>"), wrong: "does not have"},
		"html":             {body: "<html><body>Sign in</body></html>", wrong: "does not have"},
		"null":             {body: respond("<value><nil/></value>"), wrong: "does not have"},
		"a call":           {body: "<params></params>", wrong: "not a method response"},
		"truncated":        {body: strings.TrimSuffix(respond("<value/>"), "</methodResponse>\n"), wrong: "incomplete"},
		"cut in a tag":     {body: "<methodResponse><params", wrong: "does not have"},
		"nothing":          {body: "", wrong: "incomplete"},
		"text":             {body: "Internal Server Error", wrong: "incomplete"},
		"closes too much":  {body: "<methodResponse></methodResponse></methodResponse>", wrong: "closes what"},
		"a million values": {body: respond(strings.Repeat("<value/>", 1_000_000)), wrong: "more than 600000 values"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault, err := guard([]byte(tt.body))
			if tt.wrong != "" {
				require.ErrorContains(t, err, tt.wrong)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.fault, fault)
		})
	}
}

// FuzzGuard holds that what passes the guard is safe to decode, and that text survives decoding unshortened.
func FuzzGuard(f *testing.F) {
	f.Add(respond("<value><array><data><value><int>1</int></value><value><string>a &amp; b</string></value></data></array></value>"))
	f.Add(respond("<value><struct><member><name>x</name><value><boolean>0</boolean></value></member></struct></value>"))
	f.Add(respond("<value><dateTime.iso8601>20200101T00:00:00</dateTime.iso8601></value>"))
	f.Add("<methodResponse><fault><value><struct><member><name>faultCode</name><value><string>warning -- x</string></value></member></struct></value></fault></methodResponse>")
	f.Add(respond("<value><string>a<![CDATA[b]]></string></value>"))
	f.Add(respond("<value>bare <!-- text --></value>"))
	f.Add(strings.Repeat("<value>", 100))
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 1<<20 {
			return
		}
		if _, err := guard([]byte(body)); err != nil {
			return
		}
		require.NotContains(t, body, "<!")
		answer, err := decode([]byte(body))
		if err != nil {
			require.NotContains(t, err.Error(), "panic")
			return
		}
		walk(t, answer, 0)
	})
}

func walk(t *testing.T, answer any, depth int) {
	t.Helper()
	require.LessOrEqual(t, depth, maxDepth)
	switch v := answer.(type) {
	case []any:
		for _, item := range v {
			walk(t, item, depth+1)
		}
	case map[string]any:
		row := newRow("fuzz", v)
		for name, item := range v {
			for _, r := range row.Text(name) {
				require.False(t, r < ' ' || r == 0x7f || r == 0x202e, "%q", r)
			}
			row.Int(name)
			row.Time(name)
			row.Ref(name)
			walk(t, item, depth+1)
		}
	}
}
