package odoo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// table is what is wanted of one model. A model that does not show a needed field to this user is denied;
// one that does not show a wished one is known in part; a field that only some versions have is asked for where it is.
type table struct {
	model  string
	needed []string
	wished []string
	maybe  []string
	where  []any
}

// reading is what became of a table.
type reading struct {
	source    string
	truncated bool
	hidden    []string // wished fields that this user does not see
}

// shown are the fields of a model that this version has and this user may see. They are asked for once.
func (r *reader) shown(ctx context.Context, model string) ([]string, error) {
	if fields, ok := r.fields[model]; ok {
		return fields, nil
	}
	fields, err := r.session.Fields(ctx, model)
	if err == nil {
		r.fields[model] = fields
	}
	return fields, err
}

// each asks which fields exist, then reads those of the table, inactive rows too.
func (r *reader) each(ctx context.Context, t table, row func(odoorpc.Row)) (reading, error) {
	shown, err := r.shown(ctx, t.model)
	if err != nil {
		return reading{}, err
	}
	for _, field := range t.needed {
		if !slices.Contains(shown, field) {
			return reading{}, hiddenField{t.model, field}
		}
	}
	fields := slices.Clone(t.needed)
	var done reading
	for _, field := range t.wished {
		if slices.Contains(shown, field) {
			fields = append(fields, field)
		} else {
			done.hidden = append(done.hidden, field)
		}
	}
	for _, field := range t.maybe {
		if slices.Contains(shown, field) {
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		return reading{}, hiddenField{t.model, strings.Join(t.maybe, " or ")}
	}
	done.source = fmt.Sprintf("%s search_read(%s)", t.model, strings.Join(fields, ", "))
	done.truncated, err = r.session.Each(ctx, odoorpc.Query{Model: t.model, Where: t.where, Fields: fields}, row)
	return done, err
}

// first is the first of several models that exists, with its fields.
func (r *reader) first(ctx context.Context, names ...string) (model string, shown []string, err error) {
	for _, model = range names {
		if shown, err = r.shown(ctx, model); !errors.Is(err, odoorpc.NoModel) {
			break
		}
	}
	return model, shown, err
}

// major is the first number of the version: 14 of "14.0", 17 of "saas~17.2", 0 where there is none.
func (r *reader) major() int {
	version := r.found.Version.Value
	version = version[strings.LastIndexByte(version, '~')+1:]
	first, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return n
}

// settings is the right that shows the fields that a group of one's own cannot open.
const settings = "membership in Administration/Settings"

// hiddenField is a field that fields_get does not list: closed to the user's groups, or not in this version.
type hiddenField struct{ model, field string }

func (h hiddenField) Error() string {
	return fmt.Sprintf("field %s of %s is not shown to this user", h.field, h.model)
}

// know wraps what was read, with what a limit or a hidden field left out of it.
func know[T any](done reading, value T, meaning string) estate.Section[T] {
	s := estate.Know(done.source, value)
	s.Truncated = done.truncated
	if len(done.hidden) > 0 {
		s.Problem = fmt.Sprintf("%s: not shown to this user (%s)", meaning, strings.Join(done.hidden, ", "))
		s.Grant = settings
	}
	return s
}

// lacks notes one more thing that a section does not hold, and what would show it.
func lacks[T any](s *estate.Section[T], problem, grant string) {
	for _, p := range []struct {
		to    *string
		words string
	}{{&s.Problem, problem}, {&s.Grant, grant}} {
		if *p.to != "" && p.words != "" && *p.to != p.words {
			*p.to += "; "
		}
		if *p.to != p.words {
			*p.to += p.words
		}
	}
}
