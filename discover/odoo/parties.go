package odoo

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// mailServers reads the outgoing mail servers, without their passwords.
func (r *reader) mailServers(ctx context.Context) (estate.Section[[]estate.MailServer], error) {
	servers := []estate.MailServer{}
	done, err := r.each(ctx, table{
		model: "ir.mail_server", needed: []string{"name", "smtp_host", "smtp_port", "smtp_encryption", "active"},
		wished: []string{"smtp_user"},
	}, func(row odoorpc.Row) {
		servers = append(servers, estate.MailServer{
			Name: row.Text("name"), Host: row.Text("smtp_host"), Port: int(row.Int("smtp_port")), Kind: "smtp",
			Encryption: strings.TrimSuffix(row.Text("smtp_encryption"), "_strict"),
			Login:      row.Text("smtp_user") != "", Active: row.Bool("active"),
		})
	})
	if err != nil {
		return estate.Section[[]estate.MailServer]{}, err
	}
	slices.SortStableFunc(servers, byName)
	return know(done, servers, "whether they log in"), nil
}

// inbound reads the servers that mail is fetched from, without their passwords.
func (r *reader) inbound(ctx context.Context) (estate.Section[[]estate.MailServer], error) {
	servers := []estate.MailServer{}
	done, err := r.each(ctx, table{
		model: "fetchmail.server", needed: []string{"name", "server", "port", "is_ssl", "active"},
		wished: []string{"server_type", "type", "user"},
	}, func(row odoorpc.Row) {
		server := estate.MailServer{
			Name: row.Text("name"), Host: row.Text("server"), Port: int(row.Int("port")),
			Kind:       row.Text("server_type") + row.Text("type"), // renamed in 13
			Encryption: "none", Login: row.Text("user") != "", Active: row.Bool("active"),
		}
		if row.Bool("is_ssl") {
			server.Encryption = "ssl"
		}
		servers = append(servers, server)
	})
	if err != nil {
		return estate.Section[[]estate.MailServer]{}, err
	}
	done.hidden = slices.DeleteFunc(done.hidden, func(field string) bool { return field != "user" })
	slices.SortStableFunc(servers, byName)
	return know(done, servers, "whether they log in"), nil
}

func byName(a, b estate.MailServer) int { return strings.Compare(a.Name, b.Name) }

// providers reads several kinds of outside parties. A kind whose module is not installed has no model, and
// then there is none; a kind that is closed to the user leaves the section denied, with the others in it.
func (r *reader) providers(ctx context.Context) (estate.Section[[]estate.Provider], error) {
	s := estate.Know("", []estate.Provider{})
	var sources []string
	var problem error
	for _, kind := range []func(context.Context, func(estate.Provider)) (reading, error){
		r.payment, r.directories, r.signIn, r.bought, r.delivery, r.exchanges,
	} {
		done, err := kind(ctx, func(p estate.Provider) { s.Value = append(s.Value, p) })
		switch {
		case errors.Is(err, odoorpc.NoModel):
			failure, _ := errors.AsType[*odoorpc.Error](err)
			sources = append(sources, failure.Model+" (not there)")
		case err != nil:
			problem = errors.Join(problem, err)
		default:
			sources = append(sources, done.source)
			s.Truncated = s.Truncated || done.truncated
		}
	}
	s.Source = strings.Join(sources, "; ")
	slices.SortStableFunc(s.Value, func(a, b estate.Provider) int {
		return strings.Compare(a.Kind+"\x00"+a.Name, b.Kind+"\x00"+b.Name)
	})
	return s, problem
}

// payment reads payment providers, which were called acquirers until 15. Which host they speak to is in the
// code of each, so host and encryption stay empty.
func (r *reader) payment(ctx context.Context, add func(estate.Provider)) (reading, error) {
	model, shown, err := r.first(ctx, "payment.provider", "payment.acquirer")
	if err != nil {
		return reading{}, err
	}
	enabled := "state"
	if !slices.Contains(shown, enabled) && slices.Contains(shown, "website_published") { // up to 11
		enabled = "website_published"
	}
	return r.each(ctx, table{
		model: model, needed: []string{"name", enabled}, maybe: []string{"code", "provider"},
	}, func(row odoorpc.Row) {
		p := estate.Provider{Kind: "payment", Name: row.Text("name")}
		if enabled == "state" {
			p.Enabled = row.Text("state") != "disabled"
		} else {
			p.Enabled = row.Bool(enabled)
		}
		switch cmp.Or(row.Text("code"), row.Text("provider")) {
		case "transfer", "manual", "custom", "demo", "none":
			p.Manual = true
		}
		add(p)
	})
}

func (r *reader) directories(ctx context.Context, add func(estate.Provider)) (reading, error) {
	return r.each(ctx, table{
		model: "res.company.ldap", needed: []string{"ldap_server", "ldap_server_port"}, wished: []string{"ldap_tls"},
	}, func(row odoorpc.Row) {
		host := row.Text("ldap_server")
		add(estate.Provider{
			Kind: "ldap", Name: host, Host: host, Port: int(row.Int("ldap_server_port")),
			Enabled: true, TLS: row.Bool("ldap_tls"),
		})
	})
}

// signIn reads OAuth providers. Of an address only host and port are kept: the rest can hold a key.
func (r *reader) signIn(ctx context.Context, add func(estate.Provider)) (reading, error) {
	return r.each(ctx, table{
		model: "auth.oauth.provider", needed: []string{"name", "auth_endpoint", "enabled"},
	}, func(row odoorpc.Row) {
		p := estate.Provider{Kind: "oauth", Name: row.Text("name"), Enabled: row.Bool("enabled")}
		p.Host, p.Port, p.TLS = endpoint(row.Text("auth_endpoint"))
		add(p)
	})
}

// bought reads the services that Odoo buys from outside by credits: text messages, letters, reading of bills. The
// token of an account is not asked for.
func (r *reader) bought(ctx context.Context, add func(estate.Provider)) (reading, error) {
	return r.each(ctx, table{model: "iap.account", maybe: []string{"service_name", "service_id"}}, func(row odoorpc.Row) {
		_, service := row.Ref("service_id")
		add(estate.Provider{Kind: "iap", Name: cmp.Or(row.Text("service_name"), service), Enabled: true})
	})
}

// delivery reads carriers. Those with a price list ask nobody outside.
func (r *reader) delivery(ctx context.Context, add func(estate.Provider)) (reading, error) {
	return r.each(ctx, table{
		model: "delivery.carrier", needed: []string{"name", "active"}, maybe: []string{"delivery_type"},
	}, func(row odoorpc.Row) {
		kind := row.Text("delivery_type")
		add(estate.Provider{
			Kind: "delivery", Name: row.Text("name"), Enabled: row.Bool("active"),
			Manual: kind == "" || kind == "fixed" || kind == "base_on_rule",
		})
	})
}

// exchanges reads the networks by which bills are exchanged, such as Peppol. Keys and identifiers are not asked for.
func (r *reader) exchanges(ctx context.Context, add func(estate.Provider)) (reading, error) {
	return r.each(ctx, table{
		model: "account_edi_proxy_client.user", needed: []string{"active"}, maybe: []string{"proxy_type", "edi_mode", "edi_format_id"},
	}, func(row odoorpc.Row) {
		_, format := row.Ref("edi_format_id")
		add(estate.Provider{
			Kind: "edi", Name: cmp.Or(row.Text("proxy_type"), format), Enabled: row.Bool("active") && row.Text("edi_mode") != "demo",
		})
	})
}

// endpoint takes host, port and encryption from an address, and nothing else.
func endpoint(address string) (host string, port int, encrypted bool) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "", 0, false
	}
	encrypted = u.Scheme == "https"
	if port, err = strconv.Atoi(u.Port()); err != nil || port > 65535 {
		port = map[bool]int{true: 443, false: 80}[encrypted]
	}
	return u.Hostname(), port, encrypted
}
