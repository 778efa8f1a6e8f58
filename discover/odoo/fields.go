package odoo

import (
	"context"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// customFields reads the fields that were made in the database by name, and counts all stored ones by their kind.
func (r *reader) customFields(ctx context.Context) (estate.Section[estate.FieldSums], error) {
	var none estate.Section[estate.FieldSums]
	sums := estate.FieldSums{Custom: []estate.CustomField{}, Kinds: map[string]int{}}
	done, err := r.each(ctx, table{
		model: "ir.model.fields", needed: []string{"name", "model", "ttype"}, wished: []string{"store"},
		maybe: []string{"relation", "compute"}, where: []any{odoorpc.Is("state", "=", "manual")},
	}, func(row odoorpc.Row) {
		sums.Custom = append(sums.Custom, estate.CustomField{
			Model: row.Text("model"), Name: row.Text("name"), Kind: row.Text("ttype"), Stored: row.Bool("store"),
			Relation: row.Text("relation"), Code: codeOf(row.Long("compute")),
		})
	})
	if err != nil {
		return none, err
	}
	stored, missing, err := r.stored(ctx)
	if err != nil {
		return none, err
	}
	err = r.session.Groups(ctx, odoorpc.Query{
		Model: "ir.model.fields", Where: stored, Fields: []string{"ttype"},
	}, "ttype", func(row odoorpc.Row) { sums.Kinds[row.Text("ttype")] = int(row.Int("ttype_count")) })
	if err != nil {
		return none, err
	}
	slices.SortStableFunc(sums.Custom, func(a, b estate.CustomField) int {
		return strings.Compare(a.Model+"\x00"+a.Name, b.Model+"\x00"+b.Name)
	})
	done.source += "; read_group by ttype"
	s := know(done, sums, "whether they are stored")
	lacks(&s, missing, "")
	return s, nil
}
