package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread/pgtest"
	"nightferry/testdata/labelled"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// TestPostgresTakesTheScript runs it in psql on a real server, which checks types, keys, references and JSON, and
// reads the rows back.
func TestPostgresTakesTheScript(t *testing.T) {
	t.Parallel()
	const rows = 60
	cluster := pgtest.Shared(t)
	database := cluster.Database(t, "ENCODING 'UTF8' TEMPLATE template0")
	var script, stderr bytes.Buffer
	require.Zero(t, run([]string{"-rows", strconv.Itoa(rows), "-seed", "3"}, &script, &stderr), "%s", &stderr)
	psql := exec.CommandContext(t.Context(), filepath.Join(cluster.Bin, "psql"), "-X", "-q", "-d", cluster.DSN(database, "postgres"))
	psql.Stdin = &script
	out, err := psql.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Empty(t, string(out))

	set, err := labelled.Load()
	require.NoError(t, err)
	conn := cluster.Connect(t, database, "postgres")
	defer conn.Close(t.Context())
	for _, table := range set.Tables {
		var count int
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM "`+table.Schema+`"."`+table.Name+`"`).Scan(&count))
		require.Equal(t, table.Count(rows), count, table.QualifiedName())
	}
	for _, table := range set.Database(rows, labelled.Parts()...).Tables.Value {
		for _, column := range table.Columns {
			var kind string
			require.NoError(t, conn.QueryRow(t.Context(),
				`SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2`,
				`"`+table.Schema+`"."`+table.Name+`"`, column.Name).Scan(&kind))
			require.Equal(t, column.Type, kind, "%s.%s", table.QualifiedName(), column.Name)
		}
	}
	var note string
	table := set.Table("emr.fhir_store")
	row := 0
	for values := range table.Rows(3, rows) {
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT body->>'birthDate' FROM emr.fhir_store WHERE id = $1`, string(values[0])).Scan(&note))
		require.Contains(t, string(values[2]), note)
		row++
	}
	require.Equal(t, rows, row)
}

func TestUsedWrongly(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		code int
		want string
	}{
		"a part": {[]string{"-part", "third"}, 1, `"third" is no part: open, heldout or fresh`},
		"a flag": {[]string{"-colour"}, 2, "flag provided but not defined"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			require.Equal(t, tt.code, run(tt.args, &stdout, &stderr))
			require.Contains(t, stderr.String(), tt.want)
			require.Empty(t, stdout.String())
		})
	}
}

func TestOnePart(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"-part", "open", "-rows", "1"}, &stdout, &stderr), "%s", &stderr)
	require.Contains(t, stdout.String(), `COPY "klinik"."pat_stamm" FROM stdin;`)
	require.NotContains(t, stdout.String(), `"praxis"`)
}
