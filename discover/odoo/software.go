package odoo

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// modules reads every module the server knows, installed or not. Only stored fields are asked for: the
// others make the server read each module's files.
func (r *reader) modules(ctx context.Context) (estate.Section[[]estate.Module], error) {
	modules := []estate.Module{}
	done, err := r.each(ctx, table{
		model: "ir.module.module", needed: []string{"name", "state"},
		wished: []string{"latest_version", "author", "license"},
	}, func(row odoorpc.Row) {
		author := row.Text("author")
		modules = append(modules, estate.Module{
			Name: row.Text("name"), State: row.Text("state"), Version: row.Text("latest_version"),
			Author: author, Licence: row.Text("license"), Origin: Origin(author),
		})
	})
	if err != nil {
		return estate.Section[[]estate.Module]{}, err
	}
	slices.SortStableFunc(modules, func(a, b estate.Module) int { return strings.Compare(a.Name, b.Name) })
	return know(done, modules, "version, author or licence"), nil
}

// Origin guesses a module's origin from its author: "core" for Odoo's own, "oca-like" for the Odoo
// Community Association, else "custom". Authors can write what they like, and core holds modules of
// partners, so it is a first sign and no proof. Empty where no author is told.
func Origin(author string) string {
	lower := strings.ToLower(author)
	if lower == "" {
		return ""
	}
	if strings.Contains(lower, "(oca)") || strings.Contains(lower, "odoo community association") {
		return "oca-like"
	}
	for own := range strings.SplitSeq(lower, ",") {
		switch strings.TrimRight(strings.TrimSpace(own), ".") {
		case "odoo s.a", "odoo sa", "odoo", "openerp sa", "openerp s.a", "odoo inc":
			return "core"
		}
	}
	return "custom"
}

// models reads the models with the number of their stored fields.
func (r *reader) models(ctx context.Context) (estate.Section[[]estate.Model], error) {
	var none estate.Section[[]estate.Model]
	stored, missing, err := r.stored(ctx)
	if err != nil {
		return none, err
	}
	fields := map[int64]int{}
	err = r.session.Groups(ctx, odoorpc.Query{
		Model: "ir.model.fields", Where: stored, Fields: []string{"model_id"},
	}, "model_id", func(row odoorpc.Row) {
		id, _ := row.Ref("model_id")
		fields[id] = int(row.Int("model_id_count"))
	})
	if err != nil {
		return none, err
	}
	models := []estate.Model{}
	done, err := r.each(ctx, table{model: "ir.model", needed: []string{"model", "state"}}, func(row odoorpc.Row) {
		models = append(models, estate.Model{
			Name: row.Text("model"), Custom: row.Text("state") == "manual", Fields: fields[row.Int("id")],
		})
	})
	if err != nil {
		return none, err
	}
	done.source += "; ir.model.fields read_group by model_id"
	slices.SortStableFunc(models, func(a, b estate.Model) int { return strings.Compare(a.Name, b.Name) })
	s := know(done, models, "")
	lacks(&s, missing, "")
	return s, nil
}

// stored is the condition for stored fields, and what is missing where a version cannot tell them, as 8 cannot.
func (r *reader) stored(ctx context.Context) (where []any, missing string, err error) {
	shown, err := r.shown(ctx, "ir.model.fields")
	if err == nil && !slices.Contains(shown, "store") {
		return nil, "fields that are not stored are counted too: this version does not tell", nil
	}
	return []any{odoorpc.Is("store", "=", true)}, "", err
}

// attachments counts attachments by where they are stored. search_count leaves out those of fields and
// those the user may not open; read_group with a condition on res_field counts the table. Sizes are shown to
// administrators alone.
func (r *reader) attachments(ctx context.Context) (estate.Section[estate.AttachmentSums], error) {
	const source = "by type, for stored files and others"
	sums, err := r.attachmentSums(ctx, true)
	if err == nil {
		s := estate.Know("ir.attachment read_group(file_size) "+source, sums)
		if sums.FileBytes < 0 {
			s.Problem = "sizes: this version does not average them"
		}
		return s, nil
	}
	if !errors.Is(err, odoorpc.Denied) {
		return estate.Section[estate.AttachmentSums]{}, err
	}
	if sums, err = r.attachmentSums(ctx, false); err != nil {
		return estate.Section[estate.AttachmentSums]{}, err
	}
	s := estate.Know("ir.attachment read_group "+source, sums)
	s.Problem, s.Grant = "sizes: not shown to this user (file_size)", settings
	return s, nil
}

// attachmentSums leaves -1 for the size where it is not asked for, or where the server leaves it out: up to 10 it
// knows sums alone, which XML-RPC cannot carry. Fields that point into attachments are left out by 10 and later unless
// a condition names them, and are not known to 8.
func (r *reader) attachmentSums(ctx context.Context, sizes bool) (sums estate.AttachmentSums, err error) {
	shown, err := r.shown(ctx, "ir.attachment")
	if err != nil {
		return sums, err
	}
	var every []any
	if slices.Contains(shown, "res_field") {
		every = []any{"|", odoorpc.Is("res_field", "=", false), odoorpc.Is("res_field", "!=", false)}
	}
	fields := []string{"type"}
	if sizes {
		fields = []string{"file_size:avg"}
	}
	group := func(operator string, row func(odoorpc.Row)) error {
		return r.session.Groups(ctx, odoorpc.Query{
			Model: "ir.attachment", Fields: fields, Where: append(slices.Clone(every), odoorpc.Is("store_fname", operator, false)),
		}, "type", row)
	}
	told := sizes
	err = group("!=", func(row odoorpc.Row) {
		n := row.Int("type_count")
		sums.Files += n
		told = told && row.Has("file_size")
		sums.FileBytes += int64(math.Round(row.Float("file_size") * float64(n)))
	})
	if err != nil {
		return sums, err
	}
	if !told {
		sums.FileBytes = -1
	}
	err = group("=", func(row odoorpc.Row) {
		if row.Text("type") == "url" {
			sums.URLs += row.Int("type_count")
		} else {
			sums.InTable += row.Int("type_count")
		}
	})
	return sums, err
}
