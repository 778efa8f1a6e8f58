package odoo

import "strings"

// Explain lists every call that a reading makes on a server, for people to agree to beforehand.
func Explain() string {
	return strings.TrimLeft(`
Odoo, over XML-RPC at /xmlrpc/2, with one login (Odoo notes it in res.users.log). Nothing else is written.
  common.version()
  common.authenticate(database, login, secret)
  res.users search_count          only after a refused login, 8 times at most: as a user that cannot exist and
                                  without the secret, to tell a wrong password from Odoo's cool-down
Before each table its fields_get, so that only fields that exist and are shown are asked for:
  ir.module.module search_read    name, state, latest_version, author, license
  ir.model.data search_read       res_id of base.group_system and base.group_erp_manager
  res.users search_read           login, active, share, login_date
  ir.cron search_read             name, active, interval_number, interval_type, nextcall, model_id
  ir.mail_server search_read      name, smtp_host, smtp_port, smtp_encryption, active, smtp_user (whether set)
  fetchmail.server search_read    name, server, port, is_ssl, active, server_type or type, user (whether set)
  payment.provider search_read    name, state, code; up to 15 payment.acquirer: name, state, provider
  res.company.ldap search_read    ldap_server, ldap_server_port, ldap_tls
  auth.oauth.provider search_read name, auth_endpoint (host and port kept), enabled
  ir.model search_read            model, state
  ir.model.fields read_group      count of stored fields by model
  ir.attachment read_group        count and average size by type, twice: stored files, others; without the
                                  size where it is refused
Never asked for: records of the business, passwords, code, values of ir.config_parameter.
`, "\n")
}
