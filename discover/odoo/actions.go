package odoo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// codeMeaning is what is missing where program text is not shown.
const codeMeaning = "length, hash and hosts of the code"

// crons reads scheduled actions, inactive ones too. Since 11 each is a server action with code; before, it names a
// method of a model.
func (r *reader) crons(ctx context.Context) (estate.Section[[]estate.Cron], error) {
	var none estate.Section[[]estate.Cron]
	shown, err := r.shown(ctx, "ir.cron")
	if err != nil {
		return none, err
	}
	brought, err := r.bringers(ctx, "ir.cron", shown)
	if err != nil {
		return none, err
	}
	t := table{
		model: "ir.cron", needed: []string{"name", "active", "interval_number", "interval_type", "nextcall"},
		maybe: append([]string{"model_id", "model_name", "model", "function", "state"}, brought.asks...),
	}
	if r.major() >= 11 {
		t.wished = []string{"code"}
	}
	crons := []estate.Cron{}
	done, err := r.each(ctx, t, func(row odoorpc.Row) {
		c := estate.Cron{
			Name: row.Text("name"), Model: modelOf(row), Active: row.Bool("active"),
			Interval: fmt.Sprintf("%d %s", row.Int("interval_number"), row.Text("interval_type")),
			NextCall: row.Time("nextcall"), Function: row.Text("function"), Code: runs(row),
		}
		c.Module, c.Made = brought.of(row)
		crons = append(crons, c)
	})
	if err != nil {
		return none, err
	}
	slices.SortStableFunc(crons, func(a, b estate.Cron) int { return strings.Compare(a.Name, b.Name) })
	s := know(done, crons, codeMeaning)
	tell(brought, &s)
	return s, nil
}

// runs is the code that an action runs. Other kinds of actions keep a template in the same field.
func runs(row odoorpc.Row) *estate.Code {
	if kind := row.Text("state"); kind != "" && kind != "code" {
		return nil
	}
	return codeOf(row.Long("code"))
}

// modelOf is the model that something works on, by its technical name where it is shown.
func modelOf(row odoorpc.Row) string {
	_, shown := row.Ref("model_id")
	return cmp.Or(row.Text("model_name"), row.Text("model"), shown)
}

// actions reads server actions: those of automations too, since 17 more than one for each. Those of scheduled actions
// are read with them.
func (r *reader) actions(ctx context.Context) (estate.Section[[]estate.ServerAction], error) {
	const model = "ir.actions.server"
	var none estate.Section[[]estate.ServerAction]
	shown, err := r.shown(ctx, model)
	if err != nil {
		return none, err
	}
	brought, err := r.bringers(ctx, model, shown)
	if err != nil {
		return none, err
	}
	t := table{
		model: model, needed: []string{"name", "state"}, wished: []string{"code"},
		maybe: append([]string{"model_id", "model_name", "usage", "webhook_url"}, brought.asks...),
	}
	if slices.Contains(shown, "usage") {
		t.where = []any{odoorpc.Is("usage", "!=", "ir_cron")}
	}
	actions := []estate.ServerAction{}
	done, err := r.each(ctx, t, func(row odoorpc.Row) {
		a := estate.ServerAction{
			Name: row.Text("name"), Model: modelOf(row), Kind: row.Text("state"), Usage: row.Text("usage"),
			Code: runs(row), Hosts: hostsIn(row.Long("webhook_url")),
		}
		a.Module, a.Made = brought.of(row)
		actions = append(actions, a)
	})
	if err != nil {
		return none, err
	}
	slices.SortStableFunc(actions, func(a, b estate.ServerAction) int { return strings.Compare(a.Name, b.Name) })
	s := know(done, actions, codeMeaning)
	tell(brought, &s)
	return s, nil
}

// automations reads the rules that act on changes, called action rules up to 10. The address by which others call
// one holds a secret and is not asked for.
func (r *reader) automations(ctx context.Context) (estate.Section[[]estate.Automation], error) {
	var none estate.Section[[]estate.Automation]
	model, shown, err := r.first(ctx, "base.automation", "base.action.rule")
	if err != nil {
		return none, err
	}
	brought, err := r.bringers(ctx, model, shown)
	if err != nil {
		return none, err
	}
	automations := []estate.Automation{}
	done, err := r.each(ctx, table{
		model: model, needed: []string{"name", "active"},
		maybe: append([]string{"model_id", "model_name", "trigger", "kind"}, brought.asks...),
	}, func(row odoorpc.Row) {
		a := estate.Automation{
			Name: row.Text("name"), Model: modelOf(row), Active: row.Bool("active"),
			Trigger: cmp.Or(row.Text("trigger"), row.Text("kind")),
		}
		a.Module, a.Made = brought.of(row)
		automations = append(automations, a)
	})
	if err != nil {
		return none, err
	}
	slices.SortStableFunc(automations, func(a, b estate.Automation) int { return strings.Compare(a.Name, b.Name) })
	s := know(done, automations, "")
	tell(brought, &s)
	return s, nil
}
