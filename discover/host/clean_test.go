package host

import (
	"reflect"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// requireClean walks over every string of a value: none may act on a terminal, be longer than is kept, or be no text.
func requireClean(t *testing.T, value any) {
	t.Helper()
	walk(reflect.ValueOf(value), func(s string) {
		require.True(t, utf8.ValidString(s), "%q", s)
		require.LessOrEqual(t, utf8.RuneCountInString(s), 10*longestWord)
		for _, r := range s {
			require.False(t, unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r), "%q", s)
		}
	})
}

func walk(v reflect.Value, each func(string)) {
	switch v.Kind() {
	case reflect.String:
		each(v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walk(v.Field(i), each)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), each)
		}
	}
}
