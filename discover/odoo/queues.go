package odoo

import (
	"context"
	"errors"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// queueModels lists the models that hold jobs or exchanged documents, with the field of their state. Of several
// names of one model the newest comes first.
func queueModels() []struct {
	names []string
	state string
} {
	return []struct {
		names []string
		state string
	}{
		{[]string{"queue.job"}, "state"},
		{[]string{"account.edi.document"}, "state"},
		{[]string{"edi.exchange.record"}, "edi_exchange_state"},
		{[]string{"mailing.mailing", "mail.mass_mailing"}, "state"},
	}
}

// queues counts jobs and documents by their state, where a module brings such a model.
func (r *reader) queues(ctx context.Context) (estate.Section[[]estate.Queue], error) {
	s := estate.Know("", []estate.Queue{})
	var sources []string
	var problem error
	for _, q := range queueModels() {
		model, _, err := r.first(ctx, q.names...)
		queue := estate.Queue{Model: model, States: map[string]int{}}
		if err == nil {
			err = r.session.Groups(ctx, odoorpc.Query{Model: model, Fields: []string{q.state}}, q.state, func(row odoorpc.Row) {
				queue.States[row.Text(q.state)] += int(row.Int(q.state + "_count"))
			})
		}
		switch {
		case errors.Is(err, odoorpc.NoModel):
			sources = append(sources, model+" (not there)")
		case err != nil:
			problem = errors.Join(problem, err)
		default:
			sources = append(sources, model+" read_group by "+q.state)
			s.Value = append(s.Value, queue)
		}
	}
	s.Source = strings.Join(sources, "; ")
	slices.SortFunc(s.Value, func(a, b estate.Queue) int { return strings.Compare(a.Model, b.Model) })
	return s, problem
}
