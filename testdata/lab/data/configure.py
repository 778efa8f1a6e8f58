# Runs in `odoo shell`: sets the installation up as a hospital's, with what such installations have collected.
# Passwords and secrets come from canaries.yaml, one entry a line.
import re
from datetime import datetime, timedelta

with open("/lab/canaries.yaml", encoding="utf-8") as text:
    lines = text.read().splitlines()
passwords = dict(m.groups() for m in (re.match(r"  (\w+): (\S+)", line) for line in lines) if m)
secrets = dict(m.groups() for m in (re.match(r"  - \{name: (\w+), value: ([^,\"]+),", line) for line in lines) if m)

company = env.ref("base.main_company")
company.write({"name": "Clinic North", "email": "office@clinic.example", "phone": "+49 30 23125 100", "country_id": env.ref("base.de").id})
laboratory = env["res.company"].create({"name": "Clinic North Laboratory", "email": "lab@clinic.example"})


def user(login, name, password, groups, **values):
    """Create a user whose groups are exactly those named, by external id."""
    ids = [env.ref(group).id for group in groups]
    return env["res.users"].with_context(no_reset_password=True).create(dict(
        values, login=login, name=name, password=password, email=login + "@clinic.example", groups_id=[(6, 0, ids)]))


def logged_in(users, days_ago):
    """Leave the trace of a login so many days ago."""
    for one in users:
        log = env["res.users.log"].with_user(one).sudo().create({})
        env.cr.execute("UPDATE res_users_log SET create_uid = %s, create_date = %s WHERE id = %s",
                       (one.id, datetime.utcnow() - timedelta(days=days_ago), log.id))


administrator = ["base.group_user", "base.group_system"]
env.ref("base.user_admin").write({"password": passwords["erp_admin"], "name": "Administrator", "company_ids": [(4, laboratory.id)]})
support = user("it.support", "Shared IT Support", passwords["erp_admin2"], administrator)
user("vendor.admin", "Vendor Administrator", passwords["erp_admin2"], administrator)
former = user("former.admin", "Left The Clinic", passwords["erp_admin2"], administrator)
user("assess_reader", "Assessment Reader", passwords["erp_assess_reader"], ["base.group_user", "clinic_base.group_assessment_reader"])
user("assess_user", "Assessment User", passwords["erp_assess_user"], ["base.group_user"])
user("hl7", "HL7 Interface", passwords["erp_hl7"], ["base.group_user", "clinic_base.group_clinic_interface"])
ward = user("ward1", "Ward 1 (shared)", "ward1-shared-login", ["base.group_user", "clinic_base.group_clinic_user"])
for number, name in enumerate(["Ada Testnurse", "Bruno Probenarzt", "Ελένη Δοκιμαστίδου", "Zoë D'Essai"], 1):
    user("staff%d" % number, name, "staff%d-synthetic" % number, ["base.group_user", "clinic_base.group_clinic_user"])
logged_in(env.ref("base.user_admin"), 1)
logged_in(support, 3)
logged_in(former, 400)
logged_in(ward, 0)
former.active = False
legacy = user("legacy.sync", "Legacy Synchronisation", "replaced-in-business", ["base.group_user"], active=False)
env["res.users.apikeys"].with_user(support)._generate(None, "reporting script 2021")
env.cr.execute("UPDATE res_users_apikeys SET create_date = '2021-03-04 05:06:07'")

env["ir.mail_server"].search([]).unlink()
env["ir.mail_server"].create([
    {"name": "Edge relay", "smtp_host": "edge.clinic.example", "smtp_port": 25, "smtp_encryption": "none", "sequence": 5},
    {"name": "Newsletter (mailer)", "smtp_host": "smtp.mailer.example", "smtp_port": 587, "smtp_encryption": "starttls",
     "smtp_user": "clinic-north", "smtp_pass": secrets["smtp_pass"], "sequence": 20},
])
env["fetchmail.server"].create({
    "name": "Referrals mailbox", "server": "imap.mailer.example", "port": 993, "server_type": "imap", "is_ssl": True,
    "user": "referrals@clinic.example", "password": secrets["fetchmail_password"], "state": "done",
    "object_id": env.ref("crm.model_crm_lead").id,
})

env["res.company.ldap"].create({
    "company": company.id, "ldap_server": "edge.clinic.example", "ldap_server_port": 389, "ldap_tls": False,
    "ldap_binddn": "cn=odoo,ou=services,dc=clinic,dc=example", "ldap_password": secrets["ldap_bind"],
    "ldap_filter": "uid=%s", "ldap_base": "ou=people,dc=clinic,dc=example", "create_user": False,
})
env["auth.oauth.provider"].create({
    "name": "Clinic single sign-on", "client_id": "odoo-clinic", "enabled": True, "body": "Log in with the clinic's account",
    "auth_endpoint": "https://sso.clinic.example/oauth2/authorize", "scope": "openid profile email",
    "validation_endpoint": "https://sso.clinic.example/oauth2/userinfo",
    "data_endpoint": "https://sso.clinic.example/oauth2/userinfo?client_secret=" + secrets["oauth_client_secret"],
})
env.ref("payment.payment_acquirer_stripe").write({
    "state": "test", "stripe_secret_key": secrets["acquirer_key"], "stripe_publishable_key": "pk-clinic-north", "company_id": company.id,
})

parameter = env["ir.config_parameter"].set_param
for key, value in {
    "web.base.url": "https://erp.clinic.example", "web.base.url.freeze": "True", "report.url": "http://127.0.0.1:8069",
    "clinic.fhir_endpoint": "https://fhir.partner.example/fhir/R4", "clinic.pacs_url": "https://pacs.clinic.example/viewer",
    "clinic.lab_api_key": secrets["config_parameter"], "clinic.oauth_client_secret": secrets["oauth_client_secret"],
    "clinic.payment_api_key": secrets["acquirer_key"], "mail.catchall.domain": "clinic.example",
}.items():
    parameter(key, value)

# What people built in the browser: fields, a model, a view, actions. New fields set the models up anew, so nothing
# may be left to compute.
env["base"].flush()
env.clear()
model = env["ir.model"]
env["ir.model.fields"].create([
    {"name": "x_insurance_class", "field_description": "Insurance Class", "model_id": env.ref("base.model_res_partner").id,
     "ttype": "selection", "selection": "[('public', 'Public'), ('private', 'Private')]", "state": "manual"},
    {"name": "x_triage_remark", "field_description": "Triage Remark", "model_id": env.ref("clinic_base.model_clinic_encounter").id,
     "ttype": "text", "state": "manual"},
])
bed_request = model.create({"name": "Bed Request", "model": "x_bed_request", "state": "manual"})
env["ir.model.access"].create({"name": "x_bed_request", "model_id": bed_request.id, "group_id": env.ref("base.group_user").id,
                               "perm_read": True, "perm_write": True, "perm_create": True})
env["ir.ui.view"].create({
    "name": "Contact: insurance class", "model": "res.partner", "inherit_id": env.ref("base.view_partner_form").id,
    "arch_base": "<field name=\"vat\" position=\"after\"><field name=\"x_insurance_class\"/></field>",
})
encounter = env.ref("clinic_base.model_clinic_encounter")
env["ir.actions.server"].create({
    "name": "Tell the partner about the encounter", "model_id": encounter.id, "state": "code",
    "code": "records.post_to_partner('https://hooks.partner.example/encounters', '%s')" % secrets["server_action_token"],
})
env["ir.cron"].create({
    "name": "Nightly export to the old CRM", "model_id": env.ref("base.model_res_partner").id, "state": "code",
    "code": "log('the export moved to old-crm in 2019')", "interval_number": 1, "interval_type": "days", "numbercall": -1, "active": False,
})
