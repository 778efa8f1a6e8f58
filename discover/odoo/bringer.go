package odoo

import (
	"context"
	"errors"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// bringers tells which module brought a record. Records that people made in the browser have no external id, or one
// that exports and Studio gave.
type bringers struct {
	asks   []string         // the field to read along, where the model has it
	byID   map[int64]string // else what ir.model.data says
	denied error            // why nobody can tell
}

// bringers asks how the records of a model came. The field xml_id is there since 11 for actions and views, and open
// to whoever may read the record; ir.model.data is closed to all but administrators since 16.
func (r *reader) bringers(ctx context.Context, model string, shown []string) (bringers, error) {
	if slices.Contains(shown, "xml_id") {
		return bringers{asks: []string{"xml_id"}}, nil
	}
	b := bringers{byID: map[int64]string{}}
	_, err := r.each(ctx, table{
		model: "ir.model.data", needed: []string{"res_id", "module"}, where: []any{odoorpc.Is("model", "=", model)},
	}, func(row odoorpc.Row) { b.byID[row.Int("res_id")] = row.Text("module") })
	if coverage(err) == estate.Denied && !errors.Is(err, odoorpc.WrongLogin) && !errors.Is(err, odoorpc.CoolDown) {
		b.denied, err = err, nil
	}
	return b, err
}

// of is the module that brought a record, or that it was made in the database. Neither where nobody can tell.
func (b bringers) of(row odoorpc.Row) (module string, made bool) {
	if b.denied != nil {
		return "", false
	}
	if len(b.asks) > 0 {
		module, _, _ = strings.Cut(row.Text("xml_id"), ".")
	} else {
		module = b.byID[row.Int("id")]
	}
	if strings.HasPrefix(module, "__") || module == "studio_customization" {
		module = ""
	}
	return module, module == ""
}

// tell notes on a section that nobody could tell.
func tell[T any](b bringers, s *estate.Section[T]) {
	if b.denied != nil {
		lacks(s, "which module brought each: "+b.denied.Error(), strings.Join(grants(b.denied), "; "))
	}
}
