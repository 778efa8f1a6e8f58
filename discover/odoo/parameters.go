package odoo

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// harmless lists the parameters whose value is asked for. All others may hold a secret, as database.secret does.
func harmless() []string {
	return []string{
		"web.base.url", "web.base.url.freeze", "report.url", "mail.catchall.domain", "mail.catchall.alias", "mail.bounce.alias",
		"mail.default.from_filter", "database.is_neutralized", "database.create_date", "database.expiration_date",
		"auth_signup.invitation_scope", "auth_signup.reset_password", "auth_signup.allow_uninvited",
		"base.login_cooldown_after", "base.login_cooldown_duration", "ir_attachment.location",
		"auth_oauth.authorization_header", "sms.provider",
	}
}

// parameters reads the names of configuration parameters, and the values of the harmless ones.
func (r *reader) parameters(ctx context.Context) (estate.Section[[]estate.Parameter], error) {
	const model = "ir.config_parameter"
	var none estate.Section[[]estate.Parameter]
	values := map[string]string{}
	keys := make([]any, len(harmless()))
	for i, key := range harmless() {
		keys[i] = key
	}
	_, err := r.each(ctx, table{
		model: model, needed: []string{"key", "value"}, where: []any{odoorpc.Is("key", "in", keys)},
	}, func(row odoorpc.Row) {
		if slices.Contains(harmless(), row.Text("key")) { // the server may answer what it was not asked
			values[row.Text("key")] = plain(row.Text("value"))
		}
	})
	if _, hidden := errors.AsType[hiddenField](err); err != nil && !hidden {
		return none, err
	}
	parameters := []estate.Parameter{}
	done, err := r.each(ctx, table{model: model, needed: []string{"key"}}, func(row odoorpc.Row) {
		parameters = append(parameters, estate.Parameter{Name: row.Text("key"), Value: values[row.Text("key")]})
	})
	if err != nil {
		return none, err
	}
	slices.SortFunc(parameters, func(a, b estate.Parameter) int { return strings.Compare(a.Name, b.Name) })
	done.source += "; value of a short list"
	return know(done, parameters, ""), nil
}

// plain keeps of a value what cannot be a secret: of an address scheme, host and port, and short words.
func plain(value string) string {
	if strings.Contains(value, "://") {
		u, err := url.Parse(value)
		if err != nil || u.Hostname() == "" {
			return ""
		}
		return u.Scheme + "://" + u.Host
	}
	if !regexp.MustCompile(`^[A-Za-z0-9._:, @+-]{1,100}$`).MatchString(value) {
		return ""
	}
	return value
}
