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

// users reads the accounts of staff, active or not, and which of them are administrators. Of portal users not even
// the login is asked for: it is the mail address of a customer, or a patient.
func (r *reader) users(ctx context.Context) (estate.Section[[]estate.OdooUser], error) {
	var none estate.Section[[]estate.OdooUser]
	administrators, err := r.administrators(ctx)
	if err != nil {
		r.unseen = fmt.Errorf("who is an administrator cannot be told: %w", err)
		return none, r.unseen
	}
	users, people, active := []estate.OdooUser{}, map[int64]string{}, map[int64]bool{}
	done, err := r.each(ctx, table{
		model: "res.users", needed: []string{"login", "active", "share", "login_date"}, maybe: []string{"totp_enabled"},
		where: []any{odoorpc.Is("share", "=", false)},
	}, func(row odoorpc.Row) {
		user := estate.OdooUser{
			Login: row.Text("login"), Active: row.Bool("active"), Internal: !row.Bool("share"),
			Administrator: administrators[row.Int("id")], LastLogin: row.Time("login_date"),
		}
		if row.Has("totp_enabled") {
			enabled := row.Bool("totp_enabled")
			user.TwoFactor = &enabled
		}
		people[row.Int("id")], active[row.Int("id")] = user.Login, user.Active
		users = append(users, user)
	})
	if err != nil {
		return none, err
	}
	r.people, r.active, r.administrator = people, active, administrators[r.session.UserID()]
	if !r.administrator {
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
	shown, err := r.shown(ctx, "res.users")
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
		model: "res.users", needed: []string{"login"},
		where: []any{odoorpc.Is("share", "=", false), odoorpc.Is(membership, "in", groups)},
	}, func(row odoorpc.Row) { administrators[row.Int("id")] = true })
	return administrators, err
}

// portal counts the users who are no staff.
func (r *reader) portal(ctx context.Context) (estate.Section[estate.PortalUsers], error) {
	var sums estate.PortalUsers
	done, err := r.each(ctx, table{
		model: "res.users", needed: []string{"active"}, where: []any{odoorpc.Is("share", "=", true)},
	}, func(row odoorpc.Row) {
		if r.active != nil {
			r.active[row.Int("id")] = row.Bool("active")
		}
		if row.Bool("active") {
			sums.Active++
		} else {
			sums.Inactive++
		}
	})
	if err != nil {
		return estate.Section[estate.PortalUsers]{}, err
	}
	return know(done, sums, ""), nil
}

// groups reads the groups of users with their sizes. Members are asked for by id alone.
func (r *reader) groups(ctx context.Context) (estate.Section[[]estate.UserGroup], error) {
	const model = "res.groups"
	var none estate.Section[[]estate.UserGroup]
	switch {
	case r.unseen != nil:
		return none, r.unseen
	case r.active == nil || !r.found.Portal.Coverage.IsKnown():
		return none, errors.New("which users are active is not known")
	}
	shown, err := r.shown(ctx, model)
	if err != nil {
		return none, err
	}
	brought, err := r.bringers(ctx, model, shown)
	if err != nil {
		return none, err
	}
	members := "users" // with those of implied groups, as all_user_ids since 19
	for _, later := range []string{"user_ids", "all_user_ids"} {
		if slices.Contains(shown, later) {
			members = later
		}
	}
	groups := []estate.UserGroup{}
	done, err := r.each(ctx, table{model: model, needed: []string{"full_name", members}}, func(row odoorpc.Row) {
		group := estate.UserGroup{Name: row.Text("full_name")}
		for _, id := range row.IDs(members) {
			if r.active[id] {
				group.Members++
			}
		}
		group.Module, group.Made = brought.of(row)
		groups = append(groups, group)
	})
	if err != nil {
		return none, err
	}
	slices.SortStableFunc(groups, func(a, b estate.UserGroup) int { return strings.Compare(a.Name, b.Name) })
	s := know(done, groups, "")
	tell(brought, &s)
	return s, nil
}

// apiKeys reads who has keys for programs, since 14. A record rule shows each user the own ones; administrators see
// all.
func (r *reader) apiKeys(ctx context.Context) (estate.Section[[]estate.APIKey], error) {
	keys := []estate.APIKey{}
	done, err := r.each(ctx, table{
		model: "res.users.apikeys", needed: []string{"user_id"}, maybe: []string{"create_date", "expiration_date"},
	}, func(row odoorpc.Row) {
		id, _ := row.Ref("user_id")
		login := r.people[id]
		if login == "" {
			login = fmt.Sprintf("user %d", id) // no staff, or hidden: the name shown could be anybody's
		}
		keys = append(keys, estate.APIKey{Login: login, Created: row.Time("create_date"), Expires: row.Time("expiration_date")})
	})
	if err != nil {
		return estate.Section[[]estate.APIKey]{}, err
	}
	if !r.administrator {
		return estate.Miss[[]estate.APIKey](estate.Denied, done.source, "a record rule shows each user only the own keys",
			"membership in Administration/Access Rights"), nil
	}
	slices.SortStableFunc(keys, func(a, b estate.APIKey) int { return strings.Compare(a.Login, b.Login) })
	return know(done, keys, ""), nil
}
