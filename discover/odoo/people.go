package odoo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// users reads the accounts of staff and portal, active or not, and which of them are administrators.
func (r *reader) users(ctx context.Context) (estate.Section[[]estate.OdooUser], error) {
	var none estate.Section[[]estate.OdooUser]
	administrators, err := r.administrators(ctx)
	if err != nil {
		return none, fmt.Errorf("who is an administrator cannot be told: %w", err)
	}
	users := []estate.OdooUser{}
	done, err := r.each(ctx, table{
		model: "res.users", needed: []string{"login", "active", "share", "login_date"},
	}, func(row odoorpc.Row) {
		users = append(users, estate.OdooUser{
			Login: row.Text("login"), Active: row.Bool("active"), Internal: !row.Bool("share"),
			Administrator: administrators[row.Int("id")], LastLogin: row.Time("login_date"),
		})
	})
	if err != nil {
		return none, err
	}
	if !administrators[r.session.UserID()] {
		r.warn(fmt.Sprintf("%s, who looked, is no administrator: record rules may have hidden rows, "+
			"such as users of other companies, and nothing tells how many", r.found.Collected.Account))
	}
	slices.SortStableFunc(users, func(a, b estate.OdooUser) int { return strings.Compare(a.Login, b.Login) })
	return know(done, users, ""), nil
}

// administrators are the ids of users in Settings or Access Rights. Groups are found by their external id,
// since their names are translated.
func (r *reader) administrators(ctx context.Context) (map[int64]bool, error) {
	var groups []any
	_, err := r.each(ctx, table{
		model: "ir.model.data", needed: []string{"res_id"},
		where: []any{
			odoorpc.Is("module", "=", "base"), odoorpc.Is("model", "=", "res.groups"),
			odoorpc.Is("name", "in", []any{"group_system", "group_erp_manager"}),
		},
	}, func(row odoorpc.Row) { groups = append(groups, row.Int("res_id")) })
	if err != nil {
		return nil, err
	}
	if len(groups) == 0 {
		return nil, errors.New("the groups Settings and Access Rights are not visible")
	}
	shown, err := r.session.Fields(ctx, "res.users")
	if err != nil {
		return nil, err
	}
	// Up to 18 groups_id holds implied groups too; since 19 only all_group_ids does.
	membership := "groups_id"
	if slices.Contains(shown, "all_group_ids") {
		membership = "all_group_ids"
	}
	administrators := map[int64]bool{}
	_, err = r.each(ctx, table{
		model: "res.users", needed: []string{"login"}, where: []any{odoorpc.Is(membership, "in", groups)},
	}, func(row odoorpc.Row) { administrators[row.Int("id")] = true })
	return administrators, err
}
