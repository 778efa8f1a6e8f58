package yamlfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A mistake inside of a text is shown where it stands, however the text is written.
func TestFaultWithin(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		at   string
	}{
		"plain":         {"name: one two X\n", "1:15"},
		"double quotes": {"name: \"a \\\"b\\\" X\"\n", "1:16"},
		"single quotes": {"name: 'a ''b'' X'\n", "1:16"},
		"literal":       {"name: |\n  one\n  two X\nport: 1\n", "3:7"},
		"folded":        {"name: >\n  one\n  two X\nport: 1\n", "3:7"},
		"stripped":      {"name: >-\n    one\n    é X\n", "3:7"},
		"plain lines":   {"name: one\n  two X\n", "2:7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Parse("s.yaml", []byte(tt.text))
			var s ship
			f.Bind(&s)
			require.NoError(t, f.Err())
			before, _, found := strings.Cut(s.Name, "X")
			require.True(t, found, "%q", s.Name)
			f.FaultWithin("name", len([]rune(before)), s.Name, "here", "")
			problems, is := f.Err().(Problems)
			require.True(t, is)
			require.Equal(t, tt.at, fmt.Sprintf("%d:%d", problems[0].Line, problems[0].Column))
		})
	}
	f := Parse("s.yaml", []byte("port: 1\n"))
	f.Bind(&ship{})
	f.FaultWithin("name", 3, "abcd", "not there", "")
	require.ErrorContains(t, f.Err(), "s.yaml:1:1: not there")
}
