package odoo

import (
	"context"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// views counts, for each model, the views that were made or changed in the database: upgrades of modules lose or
// break them. Their text is not asked for.
func (r *reader) views(ctx context.Context) (estate.Section[[]estate.ViewSum], error) {
	const model = "ir.ui.view"
	var none estate.Section[[]estate.ViewSum]
	shown, err := r.shown(ctx, model)
	if err != nil {
		return none, err
	}
	brought, err := r.bringers(ctx, model, shown)
	if err != nil {
		return none, err
	}
	t := table{model: model, needed: []string{"model", "inherit_id"}, maybe: brought.asks}
	if r.major() >= 11 {
		t.wished = []string{"arch_updated"}
	}
	sums := map[string]estate.ViewSum{}
	done, err := r.each(ctx, t, func(row odoorpc.Row) {
		sum := sums[row.Text("model")]
		module, made := brought.of(row)
		parent, _ := row.Ref("inherit_id")
		switch {
		case made && parent != 0:
			sum.Made++
			sum.Inherited++
		case made:
			sum.Made++
		case row.Bool("arch_updated") && (module != "base" || row.Text("model") != "res.groups") && row.Text("xml_id") != "base.user_groups_view":
			sum.Changed++ // but for the view of all groups, which Odoo rewrites itself
		}
		sums[row.Text("model")] = sum
	})
	if err != nil {
		return none, err
	}
	list := []estate.ViewSum{}
	for of, sum := range sums {
		if sum.Model = of; sum.Made > 0 || sum.Changed > 0 {
			list = append(list, sum)
		}
	}
	slices.SortFunc(list, func(a, b estate.ViewSum) int { return strings.Compare(a.Model, b.Model) })
	s := know(done, list, "which were changed")
	tell(brought, &s)
	if r.major() < 11 {
		lacks(&s, "which were changed: this version does not tell", "")
	}
	return s, nil
}

// reports reads the documents that Odoo prints.
func (r *reader) reports(ctx context.Context) (estate.Section[[]estate.OdooReport], error) {
	var none estate.Section[[]estate.OdooReport]
	model, shown, err := r.first(ctx, "ir.actions.report", "ir.actions.report.xml")
	if err != nil {
		return none, err
	}
	brought, err := r.bringers(ctx, model, shown)
	if err != nil {
		return none, err
	}
	reports := []estate.OdooReport{}
	done, err := r.each(ctx, table{
		model: model, needed: []string{"name", "model", "report_type"}, maybe: brought.asks,
	}, func(row odoorpc.Row) {
		report := estate.OdooReport{Name: row.Text("name"), Model: row.Text("model"), Engine: row.Text("report_type")}
		report.Module, report.Made = brought.of(row)
		reports = append(reports, report)
	})
	if err != nil {
		return none, err
	}
	slices.SortStableFunc(reports, func(a, b estate.OdooReport) int {
		return strings.Compare(a.Model+"\x00"+a.Name, b.Model+"\x00"+b.Name)
	})
	s := know(done, reports, "")
	tell(brought, &s)
	return s, nil
}
