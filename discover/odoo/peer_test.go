package odoo

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// peer is an Odoo of a few rows that can deny, lack and break what the lab's real one would not.
type peer struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string // "METHOD" or "MODEL METHOD"
	bodies []string

	version string
	uid     any // what authenticate answers
	models  map[string]model
}

// model answers for one model. A fault wins over rows.
type model struct {
	fields []string
	rows   []map[string]any
	groups []map[string]any
	fault  string
	refuse string // a field that is refused when it is named
}

func fault(code int, text string) string {
	return "<methodResponse><fault>" + encode(map[string]any{"faultCode": code, "faultString": text}) + "</fault></methodResponse>"
}

func newPeer(t *testing.T, models map[string]model) *peer {
	t.Helper()
	p := &peer{version: "14.0", uid: 9, models: models}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

var text = regexp.MustCompile(`<string>([^<]*)</string>`)

func (p *peer) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	body := string(raw)
	w.Header().Set("Content-Type", "text/xml")
	answer := p.answer(body)
	if !strings.HasPrefix(answer, "<methodResponse>") {
		answer = "<methodResponse><params><param>" + answer + "</param></params></methodResponse>"
	}
	_, _ = io.WriteString(w, answer)
}

func (p *peer) answer(body string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bodies = append(p.bodies, body)
	switch {
	case strings.Contains(body, ">version<"):
		p.asked = append(p.asked, "version")
		return encode(map[string]any{"server_serie": p.version})
	case strings.Contains(body, ">authenticate<"):
		p.asked = append(p.asked, "authenticate")
		return encode(p.uid)
	}
	words := text.FindAllStringSubmatch(body, -1) // database, secret, model, method
	name, method := words[2][1], words[3][1]
	p.asked = append(p.asked, name+" "+method)
	if strings.Contains(body, "<int>2147483647</int>") {
		return fault(2, "Record does not exist or has been deleted.")
	}
	m, exists := p.models[name]
	switch {
	case !exists:
		return fault(2, "Object "+name+" doesn't exist")
	case method == "fields_get":
		fields := map[string]any{}
		for _, field := range m.fields {
			fields[field] = map[string]any{"type": "char"}
		}
		return encode(fields)
	case m.fault != "":
		return m.fault
	case m.refuse != "" && strings.Contains(body, m.refuse):
		return fault(4, "You are not allowed")
	case method == "read_group":
		return encode(m.groups)
	}
	return encode(m.rows)
}

// encode writes a value as Odoo does: nil is false.
func encode(value any) string {
	switch v := value.(type) {
	case nil:
		return "<value><boolean>0</boolean></value>"
	case bool:
		return fmt.Sprintf("<value><boolean>%d</boolean></value>", map[bool]int{true: 1}[v])
	case int:
		return fmt.Sprintf("<value><int>%d</int></value>", v)
	case float64:
		return fmt.Sprintf("<value><double>%v</double></value>", v)
	case string:
		return "<value><string>" + html.EscapeString(v) + "</string></value>"
	case []any:
		var b strings.Builder
		for _, item := range v {
			b.WriteString(encode(item))
		}
		return "<value><array><data>" + b.String() + "</data></array></value>"
	case []map[string]any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return encode(list)
	case map[string]any:
		var b strings.Builder
		for name, item := range v {
			b.WriteString("<member><name>" + name + "</name>" + encode(item) + "</member>")
		}
		return "<value><struct>" + b.String() + "</struct></value>"
	}
	panic(fmt.Sprintf("%T", value))
}

// clinic is a small server that shows everything.
func clinic() map[string]model {
	return map[string]model{
		"ir.module.module": {fields: []string{"name", "state", "latest_version", "author", "license", "description_html"}, rows: []map[string]any{
			{"id": 1, "name": "sale", "state": "installed", "latest_version": "14.0.1.2", "author": "Odoo S.A.", "license": "LGPL-3"},
			{"id": 2, "name": "clinic_base", "state": "installed", "latest_version": "14.0.1.0", "author": "Example Clinic", "license": "LGPL-3"},
			{"id": 3, "name": "queue_job", "state": "uninstalled", "latest_version": nil, "author": "Camptocamp,Odoo Community Association (OCA)", "license": "LGPL-3"},
		}},
		"ir.model.data": {fields: []string{"res_id"}, rows: []map[string]any{{"id": 1, "res_id": 3}}},
		"res.users": {fields: []string{"login", "active", "share", "login_date", "groups_id"}, rows: []map[string]any{
			{"id": 2, "login": "zz.admin", "active": true, "share": false, "login_date": "2026-05-05 10:00:00"},
			{"id": 9, "login": "assess", "active": false, "share": false, "login_date": nil},
		}},
		"ir.cron": {fields: []string{"name", "active", "interval_number", "interval_type", "nextcall", "model_id", "code"}, rows: []map[string]any{
			{"id": 1, "name": "Push results", "active": false, "interval_number": 10, "interval_type": "minutes", "nextcall": "2026-05-05 10:00:00", "model_id": []any{4, "Result"}},
		}},
		"ir.mail_server": {fields: []string{"name", "smtp_host", "smtp_port", "smtp_encryption", "active", "smtp_user", "smtp_pass"}, rows: []map[string]any{
			{"id": 1, "name": "Relay", "smtp_host": "relay.example", "smtp_port": 25, "smtp_encryption": "none", "active": true, "smtp_user": nil},
			{"id": 2, "name": "Cloud", "smtp_host": "mail.example", "smtp_port": 587, "smtp_encryption": "starttls_strict", "active": true, "smtp_user": "erp"},
		}},
		"fetchmail.server": {fields: []string{"name", "server", "port", "is_ssl", "active", "server_type", "user", "password"}, rows: []map[string]any{
			{"id": 1, "name": "Orders", "server": "imap.example", "port": 993, "is_ssl": true, "active": true, "server_type": "imap", "user": "orders"},
		}},
		"payment.acquirer": {fields: []string{"name", "state", "provider"}, rows: []map[string]any{
			{"id": 1, "name": "Wire Transfer", "state": "enabled", "provider": "transfer"},
			{"id": 2, "name": "Card pay", "state": "test", "provider": "card"}, {"id": 3, "name": "Old pay", "state": "disabled", "provider": "old"},
		}},
		"res.company.ldap": {fields: []string{"ldap_server", "ldap_server_port", "ldap_tls", "ldap_password"}, rows: []map[string]any{
			{"id": 1, "ldap_server": "ldap.example", "ldap_server_port": 389, "ldap_tls": false},
		}},
		"auth.oauth.provider": {fields: []string{"name", "auth_endpoint", "enabled", "data_endpoint"}, rows: []map[string]any{
			{"id": 1, "name": "Hospital sign-in", "auth_endpoint": "https://sso.example/auth?key=Q5551234", "enabled": true},
		}},
		"ir.model": {fields: []string{"model", "state"}, rows: []map[string]any{
			{"id": 1, "model": "sale.order", "state": "base"}, {"id": 2, "model": "x_ward", "state": "manual"},
		}},
		"ir.model.fields": {groups: []map[string]any{
			{"model_id": []any{1, "Order"}, "model_id_count": 40}, {"model_id": []any{2, "Ward"}, "model_id_count": 7},
		}},
		"ir.attachment": {groups: []map[string]any{{"type": "binary", "type_count": 1000, "file_size": 5e6}}},
	}
}

func without(models map[string]model, names ...string) map[string]model {
	for name := range models {
		if slices.Contains(names, name) {
			delete(models, name)
		}
	}
	return models
}
