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

// companies reads the legal entities. A record rule shows those that the user belongs to, even to administrators; how
// many there are in all, the user's own record tells.
func (r *reader) companies(ctx context.Context) (estate.Section[[]estate.Company], error) {
	var none estate.Section[[]estate.Company]
	companies := []estate.Company{}
	done, err := r.each(ctx, table{
		model: "res.company", needed: []string{"name"}, maybe: []string{"currency_id", "country_id"},
	}, func(row odoorpc.Row) {
		c := estate.Company{Name: row.Text("name")}
		_, c.Currency = row.Ref("currency_id")
		_, c.Country = row.Ref("country_id")
		companies = append(companies, c)
	})
	if err != nil {
		return none, err
	}
	total, err := r.companyCount(ctx)
	if err != nil {
		return none, err
	}
	slices.SortStableFunc(companies, func(a, b estate.Company) int { return strings.Compare(a.Name, b.Name) })
	s := know(done, companies, "")
	account := r.found.Collected.Account
	switch {
	case total > len(companies):
		lacks(&s, fmt.Sprintf("%d of %d companies: %s does not belong to the others, and sees nothing that is theirs", len(companies), total, account),
			fmt.Sprintf("add every company to the allowed companies of %s", account))
	case total == 0:
		lacks(&s, "whether there are others: this version does not say", fmt.Sprintf("add every company to the allowed companies of %s", account))
	}
	return s, nil
}

// companyCount is how many companies there are, those that the user does not see too. 0 where it is not told.
func (r *reader) companyCount(ctx context.Context) (total int, err error) {
	_, err = r.each(ctx, table{
		model: "res.users", needed: []string{"companies_count"}, where: []any{odoorpc.Is("id", "=", r.session.UserID())},
	}, func(row odoorpc.Row) { total = int(row.Int("companies_count")) })
	if _, hidden := errors.AsType[hiddenField](err); hidden {
		return 0, nil
	}
	return total, err
}

// languages reads the codes of the languages in use. Odoo knows dozens that are not.
func (r *reader) languages(ctx context.Context) (estate.Section[[]string], error) {
	codes := []string{}
	done, err := r.each(ctx, table{
		model: "res.lang", needed: []string{"code"}, where: []any{odoorpc.Is("active", "=", true)},
	}, func(row odoorpc.Row) { codes = append(codes, row.Text("code")) })
	if err != nil {
		return estate.Section[[]string]{}, err
	}
	slices.Sort(codes)
	return know(done, codes, ""), nil
}

// numbering counts number sequences by their implementation, those of companies that the user belongs to.
func (r *reader) numbering(ctx context.Context) (estate.Section[estate.SequenceSums], error) {
	var none estate.Section[estate.SequenceSums]
	var sums estate.SequenceSums
	done, err := r.each(ctx, table{model: "ir.sequence", needed: []string{"implementation"}}, func(row odoorpc.Row) {
		if row.Text("implementation") == "no_gap" {
			sums.NoGap++
		} else {
			sums.Standard++
		}
	})
	if err != nil {
		return none, err
	}
	return know(done, sums, ""), nil
}
