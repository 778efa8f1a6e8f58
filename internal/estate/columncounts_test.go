package estate_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// words lists the only fields of saved counts that are text, each with what it holds: names from the catalogue of a
// database, what engagement.yaml states, and our own words. None is filled from a row.
func words() map[string]string {
	return map[string]string{
		"SampledServer.Server": "name in engagement.yaml", "SampledDatabase.Database": "catalogue", "SampledDatabase.Coverage": "closed set",
		"SampledDatabase.Problem": "our words", "SampledDatabase.Account": "engagement.yaml", "SampledDatabase.AuthorisedBy": "engagement.yaml",
		"SampledDatabase.Basis": "engagement.yaml", "SampledDatabase.Date": "engagement.yaml", "SampledTable.Schema": "catalogue",
		"SampledTable.Table": "catalogue", "SampledTable.Coverage": "closed set", "SampledTable.Problem": "our words", "ColumnCounts.Column": "catalogue",
	}
}

// TestCountsHoldNoValue walks the types that sampling saves: there is no field that could hold what a row held.
func TestCountsHoldNoValue(t *testing.T) {
	t.Parallel()
	allowed, seen := words(), map[string]bool{}
	var walk func(where string, of reflect.Type)
	walk = func(where string, of reflect.Type) {
		switch of.Kind() {
		case reflect.Bool, reflect.Int:
		case reflect.Uint8:
			require.Equal(t, reflect.TypeFor[estate.Kind](), of, "%s: bytes could hold a value", where)
		case reflect.String:
			require.Contains(t, allowed, where, "text could hold a value")
			seen[where] = true
		case reflect.Slice, reflect.Array:
			walk(where, of.Elem())
		case reflect.Map:
			require.Equal(t, reflect.TypeFor[estate.Kind](), of.Key(), "%s: a key could hold a value", where)
			walk(where, of.Elem())
		case reflect.Struct:
			if of.PkgPath() == "time" {
				return // when sampling ran
			}
			for field := range of.Fields() {
				walk(of.Name()+"."+field.Name, field.Type)
			}
		default:
			require.Failf(t, "could hold anything", "%s is %s", where, of)
		}
	}
	walk("", reflect.TypeFor[estate.SampledServer]())
	require.Len(t, seen, len(allowed), "the list allows fields that are gone")
}

// TestKindIsClosed: a saved kind is one of our words, and a file that says another is refused without repeating it.
func TestKindIsClosed(t *testing.T) {
	t.Parallel()
	for i := 1; i < estate.KindCount; i++ {
		word := estate.Kind(i).String()
		require.NotEmpty(t, word, "kind %d", i)
		back, known := estate.KindOf(word)
		require.True(t, known)
		require.Equal(t, estate.Kind(i), back, "%s stands twice", word)
	}
	for kind, word := range map[estate.Kind]string{estate.KindPassword: "password", estate.KindMRN: "medical_record_number", estate.KindPay: "pay",
		estate.KindIBAN: "iban", estate.KindEmail: "email", estate.KindActivity: "activity", estate.KindUUID: "uuid", estate.KindFile: "file"} {
		require.Equal(t, word, kind.String(), "the words are not in the order of the kinds")
	}
	var counts estate.ColumnCounts
	require.NoError(t, json.Unmarshal([]byte(`{"column":"a","rows":1,"whole":{"email":{"matched":1}}}`), &counts))
	require.Equal(t, 1, counts.Whole[estate.KindEmail].Matched)
	err := json.Unmarshal([]byte(`{"whole":{"jane.roe@clinic.example":{"matched":1}}}`), &counts)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "roe")
}
