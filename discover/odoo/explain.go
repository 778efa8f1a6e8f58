package odoo

import (
	"fmt"
	"strings"
)

// Explain lists every call that a reading makes on a server, for people to agree to beforehand.
func Explain() string {
	return strings.TrimLeft(`
Odoo, over XML-RPC at /xmlrpc/2, with one login (Odoo notes it in res.users.log). Nothing else is written.
  common.version()
  common.authenticate(database, login, secret)
  res.users search_count          only after a refused login, 8 times at most: as a user that cannot exist and
                                  without the secret, to tell a wrong password from Odoo's cool-down
Where there is no XML-RPC (HTTP 404, 405 or 410), over JSON-2 at /json/2, with an API key as the password:
  GET /web/version, res.users context_get, and the calls below; formatted_read_group in place of read_group
Before each table its fields_get, so that only fields that exist and are shown are asked for:
  ir.module.module search_read    name, state, latest_version, author, license
  ir.model.data search_read       res_id of base.group_system and base.group_erp_manager; module, res_id of groups,
                                  and of those of the models below that have no xml_id
  res.users search_read           staff: login, active, share, login_date, totp_enabled; others: active alone;
                                  of the user who looks: companies_count
  res.groups search_read          full_name; ids of members (users, user_ids or all_user_ids)
  res.users.apikeys search_read   user_id, create_date, expiration_date
  res.company search_read         name, currency_id, country_id
  res.lang search_read            code
  ir.cron search_read             name, active, interval_number, interval_type, nextcall, model_id, model_name, state,
                                  xml_id, code (*); up to 10 model, function
  ir.actions.server search_read   name, state, model_id, model_name, usage, xml_id, code (*), webhook_url (host kept)
  base.automation search_read     name, active, model_id, model_name, trigger, xml_id; up to 10 base.action.rule: kind
  ir.mail_server search_read      name, smtp_host, smtp_port, smtp_encryption, active, smtp_user (whether set)
  fetchmail.server search_read    name, server, port, is_ssl, active, server_type or type, user (whether set)
  payment.provider search_read    name, state, code; up to 15 payment.acquirer: name, provider, state or
                                  website_published
  res.company.ldap search_read    ldap_server, ldap_server_port, ldap_tls
  auth.oauth.provider search_read name, auth_endpoint (host and port kept), enabled
  iap.account search_read         service_name, service_id
  delivery.carrier search_read    name, active, delivery_type
  account_edi_proxy_client.user   search_read: active, proxy_type, edi_mode, edi_format_id
  ir.model search_read            model, state
  ir.model.fields read_group      count of stored fields by model, and by ttype
  ir.model.fields search_read     of those made in the database: name, model, ttype, store, relation, compute (*)
  ir.ui.view search_read          model, inherit_id, arch_updated, xml_id
  ir.actions.report search_read   name, model, report_type, xml_id; up to 10 ir.actions.report.xml
  ir.sequence search_read         implementation
  ir.config_parameter search_read key of all; value of: `+listed(harmless(), "                                  ")+`
  read_group                      count by state of queue.job, account.edi.document, edi.exchange.record and
                                  mailing.mailing or mail.mass_mailing
  ir.attachment read_group        count and average size by type, twice: stored files, others; without the
                                  size where it is refused
(*) Program text is measured, hashed and searched for the hosts of addresses, and dropped: it is never saved.
Never asked for: records of the business, passwords, keys, tokens, other values of ir.config_parameter.
`, "\n")
}

// listed puts words in lines of a table's last column.
func listed(words []string, indent string) string {
	var b strings.Builder
	width := 20
	for i, word := range words {
		if i > 0 {
			b.WriteString(", ")
			width += 2
		}
		if width += len(word); width > 80 {
			b.WriteString("\n" + indent)
			width = len(word)
		}
		b.WriteString(word)
	}
	return b.String()
}

// right is something that can be given to the user who looks, and what is known with it and not without.
type right struct{ gives, adds string }

// ownGroup are the models that a group of one's own can open for reading: rights that show configuration alone.
func ownGroup() []right {
	return []right{
		{"ir.module.module", "modules with versions, authors and licences"},
		{"ir.model", "models (closed to others since 19)"},
		{"ir.model.fields", "fields made in the database (since 16)"},
		{"ir.model.data", "which module brought what, and who is an administrator (since 16)"},
		{"ir.cron", "scheduled actions"},
		{"ir.actions.server", "server actions and webhooks"},
		{"ir.actions.report", "reports"},
		{"ir.ui.view", "views made or changed in the database"},
		{"ir.config_parameter", "names of configuration parameters; it opens their values to this user too"},
		{"ir.mail_server", "outgoing mail servers"},
		{"res.groups", "groups and their sizes"},
		{"fetchmail.server", "incoming mail servers, where fetchmail is installed"},
		{"base.automation", "automations, where base_automation is installed"},
		{"payment.provider", "payment providers (payment.acquirer up to 15), where payment is installed"},
		{"res.company.ldap", "directories, where auth_ldap is installed"},
		{"auth.oauth.provider", "sign-in providers, where auth_oauth is installed"},
		{"delivery.carrier", "carriers, where delivery is installed"},
		{"iap.account", "services bought by credits, where iap is installed; it opens their tokens to this user too"},
		{"queue.job", "jobs by state, where queue_job is installed"},
	}
}

// memberships are what no right of a group of one's own can open.
func memberships(user string) []right {
	return []right{
		{"add every company to the allowed companies of " + user, "users, mail servers and number sequences of companies that are hidden by record rules"},
		{"make " + user + " a member of Administration/Access Rights", "API keys of other users, by user and date"},
		{"make " + user + " a member of Administration/Settings", "length, hash and hosts of code; sizes of attachments; whether mail servers log in. " +
			"It lets the user change everything: give it for the hour of the reading, or do without"},
	}
}

// Grants lists the rights that would show a user more of an Odoo server, and what each adds. The least that is enough
// for most of it is a group of one's own, whose access rights are printed in the form of ir.model.access.csv.
func Grants(user string) string {
	var b strings.Builder
	b.WriteString("# A group of its own (Settings, Users & Companies, Groups) with read access, and " + user + " as its member.\n" +
		"# As ir.model.access.csv; leave out what the server does not have. MODULE.GROUP stands for the group's external id.\n" +
		"id,name,model_id/id,group_id/id,perm_read,perm_write,perm_create,perm_unlink\n")
	for _, r := range ownGroup() {
		under := strings.ReplaceAll(r.gives, ".", "_")
		fmt.Fprintf(&b, "# %s\nassess_%s,assess %s,%s.model_%s,MODULE.GROUP,1,0,0,0\n", r.adds, under, r.gives, home(r.gives), under)
	}
	b.WriteString("\n# What such a group cannot open:\n")
	for _, r := range memberships(user) {
		fmt.Fprintf(&b, "# %s\n%s\n", r.adds, r.gives)
	}
	return b.String()
}

// home is the module that brings a model.
func home(model string) string {
	switch model {
	case "fetchmail.server":
		return "fetchmail" // mail since 17
	case "base.automation":
		return "base_automation"
	case "payment.provider":
		return "payment"
	case "res.company.ldap":
		return "auth_ldap"
	case "auth.oauth.provider":
		return "auth_oauth"
	case "delivery.carrier":
		return "delivery"
	case "iap.account":
		return "iap"
	case "queue.job":
		return "queue_job"
	}
	return "base"
}
