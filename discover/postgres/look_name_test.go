package postgres

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnnumbered: what differs from session to session goes, and what may be a person's; what names a program stays.
func TestUnnumbered(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                       "",
		"odoo-4711":              "odoo-#",
		"odoo-7":                 "odoo-#",
		"psql":                   "psql",
		"pgAdmin 4 - DB:clinic":  "pgAdmin 4 - DB:clinic",
		"DBeaver 23.1.0 - Main":  "DBeaver 23.1.0 - Main",
		"PostgreSQL JDBC Driver": "PostgreSQL JDBC Driver",
		"report for 9434765919":  "report for #",
		"worker#12 (pid=99)":     "worker## (pid=#)",
		strings.Repeat("é", 99):  strings.Repeat("é", 64),
	} {
		require.Equal(t, want, unnumbered(name))
	}
}
