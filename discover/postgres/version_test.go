package postgres

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
)

// TestQueriesByVersion: a query names no column that its version does not have. The list is of what the release notes of
// each version added to the catalogues, or took away.
func TestQueriesByVersion(t *testing.T) {
	t.Parallel()
	queries := []func(int) pgread.SQL{accessQuery, slotsQuery, localeQuery, tablesQuery, columnsQuery, publicationsQuery, featuresQuery}
	columns := []struct {
		name        string
		since, last int // 0: still there
	}{
		{"relhasoids", 0, 11}, {"pubtruncate", 11, 0}, {"prokind", 11, 0}, {"indnkeyatts", 11, 0}, {"partdefid", 11, 0}, {"partstrat = 'h'", 11, 0},
		{"attgenerated", 12, 0}, {"collisdeterministic", 12, 0}, {"'jsonpath'::regtype", 12, 0}, {"AS MATERIALIZED", 12, 0},
		{"pubviaroot", 13, 0}, {"wal_status", 13, 0}, {"regcollation", 13, 0},
		{"attcompression", 14, 0}, {"prosqlbody", 14, 0}, {"stxexprs", 14, 0},
		{"datlocprovider", 15, 0}, {"datcollversion", 15, 0}, {"daticulocale", 15, 16}, {"indnullsnotdistinct", 15, 0}, {"prqual", 15, 0}, {"pg_publication_namespace", 15, 0},
		{"file_name", 16, 0}, {"collicurules", 16, 0}, {"datlocale", 17, 0}, {"conperiod", 18, 0}, {"conenforced", 18, 0},
	}
	for major := oldestMajor; major <= newestMajor; major++ {
		for i, query := range queries {
			text := string(query(major))
			for _, c := range columns {
				if major < c.since || c.last != 0 && major > c.last {
					require.NotContains(t, text, c.name, "query %d, version %d", i, major)
				}
			}
			require.Equal(t, strings.Count(text, "("), strings.Count(text, ")"), "query %d of %d", i, major)
		}
		require.False(t, endOfLife(major).IsZero(), "%d", major)
	}
	require.True(t, endOfLife(9).IsZero())
	require.True(t, endOfLife(newestMajor+1).IsZero(), "what we do not know yet is not over")
}

func TestVariants(t *testing.T) {
	t.Parallel()
	var versions []string
	for _, v := range variants(localeQuery) {
		versions = append(versions, v.versions)
	}
	require.Equal(t, []string{" (10 to 14)", " (15 to 16)", " (17 and later)"}, versions)
	require.Equal(t, []variant{{"", "SELECT 1"}}, variants(func(int) pgread.SQL { return "SELECT 1" }))
}

func TestAddressOnly(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"crm.example": "crm.example", "//ora:1521/X": "//ora:1521/X", "u/p@ora": "(set)", "host=x password=y": "(set)", "": ""} {
		require.Equal(t, want, addressOnly(value))
	}
}
