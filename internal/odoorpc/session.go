package odoorpc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Session is one user's view of one database.
type Session struct {
	client *Client
	uid    int64
	json2  bool
}

// Methods lists the methods of models that may be sent. None of them writes.
func Methods() []string {
	return []string{"fields_get", "formatted_read_group", "read_group", "search_count", "search_read"}
}

// Query says which rows of a model to read.
type Query struct {
	Model  string
	Where  []any    // Odoo's search domain; see [Is]. nil for all rows
	Fields []string // never empty: asking for all fields is slow and can fail on a None
}

// Is is one condition of a search domain.
func Is(field, operator string, value any) []any { return []any{field, operator, value} }

// UserID is the id of the user who logged in.
func (s *Session) UserID() int64 { return s.uid }

// execute sends an allowed method with a context that shows inactive rows too, in English.
func (s *Session) execute(ctx context.Context, model, method string, args []any, named map[string]any) (any, error) {
	body, answer, err := s.request(ctx, model, method, args, named)
	if err != nil || s.json2 {
		return answer, err
	}
	return s.client.understand(body, model)
}

// request sends it. Over XML-RPC the answer is bytes yet, over JSON-2 it is understood.
func (s *Session) request(ctx context.Context, model, method string, args []any, named map[string]any) (body []byte, answer any, err error) {
	if !slices.Contains(Methods(), method) {
		return nil, nil, fmt.Errorf("method %s of %s is not one that nightferry may call", method, model)
	}
	named["context"] = map[string]any{"active_test": false, "lang": "en_US"}
	c := s.client
	if s.json2 {
		if len(args) > 0 { // of search_count: JSON-2 has no arguments without a name
			named["domain"] = args[0]
		}
		answer, err = c.ask(ctx, model, method, named)
		return nil, answer, err
	}
	body, err = c.send(ctx, "object", "execute_kw", model,
		c.opts.Database, s.uid, c.opts.Secret, model, method, args, named)
	return body, nil, err
}

// Fields asks which fields a model has in this version, as far as this user may see them.
func (s *Session) Fields(ctx context.Context, model string) ([]string, error) {
	answer, err := s.execute(ctx, model, "fields_get", []any{}, map[string]any{"attributes": []any{"type"}})
	if err != nil {
		return nil, err
	}
	fields, ok := answer.(map[string]any)
	if !ok || len(fields) == 0 {
		return nil, s.client.fail(BadAnswer, model, errors.New("the fields are not a table of names"))
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, clean(name, 200))
	}
	slices.Sort(names)
	return names, nil
}

// Count asks how many rows this user can see, inactive ones too.
func (s *Session) Count(ctx context.Context, model string, where ...any) (int64, error) {
	answer, err := s.execute(ctx, model, "search_count", []any{append([]any{}, where...)}, map[string]any{})
	if err != nil {
		return 0, err
	}
	n, ok := answer.(int64)
	if !ok || n < 0 {
		return 0, s.client.fail(BadAnswer, model, errors.New("the count is not a number"))
	}
	return n, nil
}

// Groups counts rows by one field: each row has the field, FIELD_count, and the aggregates asked for, such
// as "file_size:avg". Ask for averages, not sums: Odoo's XML-RPC cannot carry a sum beyond 2³¹.
func (s *Session) Groups(ctx context.Context, q Query, by string, row func(Row)) error {
	if s.json2 {
		return s.formattedGroups(ctx, q, by, row)
	}
	answer, err := s.execute(ctx, q.Model, "read_group", []any{}, map[string]any{
		"domain": append([]any{}, q.Where...), "fields": q.Fields, "groupby": []any{by}, "lazy": true,
	})
	if err != nil {
		return err
	}
	return s.eachGroup(answer, q.Model, row)
}

// formattedGroups asks for groups by the method that took read_group's place in 19, and names the values as it did.
func (s *Session) formattedGroups(ctx context.Context, q Query, by string, row func(Row)) error {
	aggregates := []any{"__count"}
	for _, field := range q.Fields {
		if strings.Contains(field, ":") {
			aggregates = append(aggregates, field)
		}
	}
	answer, err := s.execute(ctx, q.Model, "formatted_read_group", []any{}, map[string]any{
		"domain": append([]any{}, q.Where...), "groupby": []any{by}, "aggregates": aggregates,
	})
	if err != nil {
		return err
	}
	list, _ := answer.([]any)
	for _, item := range list {
		values, _ := item.(map[string]any) // what is no table is refused below
		for name, value := range values {
			if field, _, found := strings.Cut(name, ":"); found {
				values[field] = value
			}
		}
		if n, there := values["__count"]; there {
			values[by+"_count"] = n
		}
	}
	return s.eachGroup(answer, q.Model, row)
}

func (s *Session) eachGroup(answer any, model string, row func(Row)) error {
	rows, err := s.rows(answer, model)
	if err != nil {
		return err
	}
	for _, values := range rows {
		r := newRow(model, values)
		row(r)
		if err := r.Err(); err != nil {
			return s.client.fail(BadAnswer, model, err)
		}
	}
	return nil
}

// rows takes an answer as a list of structs. An empty list decodes to nil.
func (s *Session) rows(answer any, model string) ([]map[string]any, error) {
	list, ok := answer.([]any)
	if !ok && answer != nil {
		return nil, s.client.fail(BadAnswer, model, errors.New("the answer is not a list"))
	}
	rows := make([]map[string]any, len(list))
	for i, item := range list {
		if rows[i], ok = item.(map[string]any); !ok {
			return nil, s.client.fail(BadAnswer, model, errors.New("a row is not a table of fields"))
		}
	}
	return rows, nil
}
