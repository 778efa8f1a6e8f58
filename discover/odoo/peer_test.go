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
	"time"
)

// peer is an Odoo of a few rows that can deny, lack and break what the lab's real one would not.
type peer struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string // "METHOD" or "MODEL METHOD"
	bodies []string

	version  string
	uid      any // what authenticate answers
	coolDown bool
	patience time.Duration // of who asks
	models   map[string]model
}

// model answers for one model. A fault wins over rows.
type model struct {
	fields []string
	rows   []map[string]any
	groups []map[string]any
	kinds  []map[string]any // groups by ttype
	fault  string
	attack http.HandlerFunc // answers in place of the rows
	refuse string           // a field that is refused when it is named
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
	if words := text.FindAllStringSubmatch(body, -1); len(words) > 3 && words[3][1] == "search_read" {
		if attack := p.models[words[2][1]].attack; attack != nil {
			attack(w, r)
			return
		}
	}
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
	if p.coolDown {
		return fault(3, "Too many login failures, please wait a bit before trying again.")
	}
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
	case method == "read_group" && strings.Contains(body, "<string>ttype</string>"):
		return encode(m.kinds)
	case method == "read_group":
		return encode(m.groups)
	}
	return encode(slices.DeleteFunc(slices.Clone(m.rows), func(row map[string]any) bool { return !asked(body, row) }))
}

var condition = regexp.MustCompile(`<string>(share|active|state|model|id)</string></value><value><string>=</string></value><value><(\w+)>([^<]*)<`)

// asked tells whether a row meets the conditions of equality that a question has on fields that the row has.
func asked(body string, row map[string]any) bool {
	for _, c := range condition.FindAllStringSubmatch(body, -1) {
		is, want := row[c[1]], c[3]
		if b, ok := is.(bool); ok {
			is = map[bool]string{true: "1", false: "0"}[b]
		}
		if is != nil && fmt.Sprint(is) != want {
			return false
		}
	}
	return true
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
		"ir.model.data": {fields: []string{"res_id", "module", "model", "name"}, rows: []map[string]any{
			{"id": 1, "res_id": 3, "module": "base", "model": "res.groups", "name": "group_system"},
			{"id": 2, "res_id": 5, "module": "__export__", "model": "res.groups", "name": "res_groups_5_x"},
		}},
		"res.users": {fields: []string{"login", "active", "share", "login_date", "groups_id", "totp_enabled", "companies_count"}, rows: []map[string]any{
			{"id": 2, "login": "zz.admin", "active": true, "share": false, "login_date": "2026-05-05 10:00:00", "totp_enabled": true},
			{"id": 9, "login": "assess", "active": false, "share": false, "login_date": nil, "totp_enabled": false, "companies_count": 2},
			{"id": 20, "login": "testina.synthetix@example.org", "active": true, "share": true, "login_date": nil, "totp_enabled": false},
			{"id": 21, "login": "portaltemplate", "active": false, "share": true, "login_date": nil, "totp_enabled": false},
		}},
		"ir.cron": {fields: []string{"name", "active", "interval_number", "interval_type", "nextcall", "model_id", "code", "xml_id"}, rows: []map[string]any{
			{"id": 1, "name": "Push results", "active": false, "interval_number": 10, "interval_type": "minutes", "nextcall": "2026-05-05 10:00:00",
				"model_id": []any{4, "Result"}, "code": "model.push('hush-5551234', 'sftp://erp:hush-5551234@files.partner.example:2222/in')", "xml_id": ""},
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
		"ir.model.fields": {
			groups: []map[string]any{{"model_id": []any{1, "Order"}, "model_id_count": 40}, {"model_id": []any{2, "Ward"}, "model_id_count": 7}},
			kinds:  []map[string]any{{"ttype": "char", "ttype_count": 30}, {"ttype": "many2one", "ttype_count": 17}},
			fields: []string{"name", "model", "ttype", "store", "relation", "compute", "state"},
			rows: []map[string]any{{"id": 1, "name": "x_beds", "model": "x_ward", "ttype": "integer", "store": true, "state": "manual",
				"compute": "for r in self: r['x_beds'] = 5551234"}},
		},
		"ir.actions.server": {fields: []string{"name", "state", "code", "model_name", "usage", "xml_id", "webhook_url"}, rows: []map[string]any{
			{"id": 1, "name": "Tell the partner", "state": "code", "model_name": "x_ward", "usage": "ir_actions_server", "xml_id": "",
				"code": "post('https://hooks.partner.example/a?token=5551234')\nlog('https://%s/' % host)"},
			{"id": 2, "name": "Hook", "state": "webhook", "model_name": "sale.order", "usage": "base_automation", "xml_id": "studio_customization.x",
				"code": "# Available variables", "webhook_url": "https://u:5551234@zap.example/5551234"},
			{"id": 3, "name": "Confirm", "state": "code", "model_name": "sale.order", "usage": "ir_actions_server", "xml_id": "sale.confirm", "code": "records.confirm()"},
		}},
		"base.automation": {fields: []string{"name", "active", "model_name", "trigger", "webhook_uuid", "xml_id"}, rows: []map[string]any{
			{"id": 1, "name": "Called from outside", "active": true, "model_name": "sale.order", "trigger": "on_webhook", "webhook_uuid": "5551234", "xml_id": "clinic_base.x"},
		}},
		"res.groups": {fields: []string{"full_name", "users"}, rows: []map[string]any{
			{"id": 3, "full_name": "Administration / Settings", "users": []any{2, 9, 777}}, {"id": 5, "full_name": "Ours", "users": nil},
		}},
		"res.users.apikeys": {fields: []string{"user_id", "create_date", "name"}, rows: []map[string]any{
			{"id": 1, "user_id": []any{2, "Testina Synthetix"}, "create_date": "2026-05-05 10:00:00", "name": "5551234"},
			{"id": 2, "user_id": []any{20, "Testina Synthetix"}, "create_date": "2026-05-05 10:00:00"},
		}},
		"res.company": {fields: []string{"name", "currency_id"}, rows: []map[string]any{{"id": 1, "name": "Clinic", "currency_id": []any{1, "EUR"}}}},
		"res.lang": {fields: []string{"code", "active"}, rows: []map[string]any{
			{"id": 1, "code": "en_US", "active": true}, {"id": 2, "code": "de_DE", "active": true}, {"id": 3, "code": "fr_FR", "active": false},
		}},
		"ir.ui.view": {fields: []string{"model", "inherit_id", "arch_updated", "xml_id", "arch_db"}, rows: []map[string]any{
			{"id": 1, "model": "sale.order", "inherit_id": nil, "arch_updated": false, "xml_id": "sale.form"},
			{"id": 2, "model": "sale.order", "inherit_id": []any{1, "form"}, "arch_updated": true, "xml_id": ""},
			{"id": 3, "model": "x_ward", "inherit_id": nil, "arch_updated": false, "xml_id": ""},
			{"id": 4, "model": nil, "inherit_id": nil, "arch_updated": true, "xml_id": "web.layout"},
			{"id": 5, "model": "res.users", "inherit_id": nil, "arch_updated": true, "xml_id": "base.user_groups_view"},
		}},
		"ir.actions.report": {fields: []string{"name", "model", "report_type", "xml_id"}, rows: []map[string]any{
			{"id": 1, "name": "Quotation", "model": "sale.order", "report_type": "qweb-pdf", "xml_id": "sale.quotation"},
		}},
		"ir.sequence": {fields: []string{"implementation"}, rows: []map[string]any{{"id": 1, "implementation": "standard"}, {"id": 2, "implementation": "no_gap"}}},
		"ir.config_parameter": {fields: []string{"key", "value"}, rows: []map[string]any{
			{"id": 1, "key": "database.secret", "value": "hush-5551234"}, {"id": 2, "key": "web.base.url", "value": "https://u:hush-5551234@erp.example/a"},
			{"id": 3, "key": "ir_attachment.location", "value": "s3"}, {"id": 4, "key": "mail.catchall.domain", "value": "a secret, by mistake: 5551234 <x>"},
		}},
		"iap.account": {fields: []string{"service_name", "account_token"}, rows: []map[string]any{{"id": 1, "service_name": "sms", "account_token": "5551234"}}},
		"delivery.carrier": {fields: []string{"name", "active", "delivery_type"}, rows: []map[string]any{
			{"id": 1, "name": "By hand", "active": true, "delivery_type": "fixed"}, {"id": 2, "name": "Parcel", "active": true, "delivery_type": "dhl"},
		}},
		"account_edi_proxy_client.user": {fields: []string{"active", "proxy_type", "edi_mode", "private_key"}, rows: []map[string]any{
			{"id": 1, "active": true, "proxy_type": "peppol", "edi_mode": "prod"},
		}},
		"queue.job":     {fields: []string{"state"}, groups: []map[string]any{{"state": "failed", "state_count": 7}, {"state": "done", "state_count": 100}}},
		"ir.attachment": {fields: []string{"type", "file_size", "store_fname", "res_field"}, groups: []map[string]any{{"type": "binary", "type_count": 1000, "file_size": 5e6}}},
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
