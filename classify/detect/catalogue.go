package detect

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"

	"nightferry/internal/estate"
)

//go:embed catalogue.csv
var catalogueCSV string

// Entry is what the catalogue says of one Odoo field.
type Entry struct {
	Class  estate.DataClass
	Why    string // reason and source
	Reread bool   // the field was seen in Odoo's source, not only remembered
}

// Catalogue knows fields of Odoo and of common healthcare addons by table and column.
// Source: the models of odoo/odoo, OCA/hr, OCA/vertical-medical and others, named in each entry.
type Catalogue struct{ entries map[[2]string]Entry }

// LoadCatalogue parses the embedded catalogue.
func LoadCatalogue() (*Catalogue, error) { return parseCatalogue(catalogueCSV) }

func parseCatalogue(text string) (*Catalogue, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("catalogue.csv: %w", err)
	}
	c := &Catalogue{entries: make(map[[2]string]Entry, len(rows))}
	for i, row := range rows {
		if i == 0 {
			continue
		}
		if len(row) != 4 {
			return nil, fmt.Errorf("catalogue.csv: row %d: %d fields, want model, field, class, why", i+1, len(row))
		}
		class := estate.DataClass(row[2])
		if class.Rank() >= estate.NotAssessed.Rank() {
			return nil, fmt.Errorf("catalogue.csv: row %d: unknown class %q", i+1, row[2])
		}
		key := [2]string{TableOf(row[0]), row[1]}
		if _, twice := c.entries[key]; twice {
			continue // the first, stronger statement of a field stands
		}
		c.entries[key] = Entry{Class: class, Why: row[3], Reread: !strings.Contains(row[3], "source not re-read")}
	}
	return c, nil
}

// TableOf is the table that Odoo makes for a model.
func TableOf(model string) string { return strings.ReplaceAll(model, ".", "_") }

// Lookup finds the entry of a column of an Odoo database.
func (c *Catalogue) Lookup(table, column string) (Entry, bool) {
	e, ok := c.entries[[2]string{table, column}]
	return e, ok
}

// Len is the number of fields in the catalogue.
func (c *Catalogue) Len() int { return len(c.entries) }
