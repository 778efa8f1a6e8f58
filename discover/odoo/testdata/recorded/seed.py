# What `odoo shell` is fed before a server is recorded: an administrator's and a plain user's view of something of
# everything that discovery asks for. The passwords and the key that it plants must not be found in anything.
admin = env.ref("base.user_admin")
admin.password = "example-admin"
internal = env.ref("base.group_user")
groups = "group_ids" if "group_ids" in admin._fields else "groups_id"
env["res.users"].create({"name": "Rita Reader", "login": "reader", "password": "example-reader", groups: [(6, 0, internal.ids)]})
env["res.users"].create({"name": "Nora Never", "login": "never", "password": "example-never", groups: [(6, 0, internal.ids)]})
env["res.users"].create({"name": "Otto Former", "login": "former", "password": "example-former", "active": False})

env["ir.mail_server"].create({
    "name": "relay", "smtp_host": "relay.example", "smtp_port": 587, "smtp_encryption": "starttls",
    "smtp_user": "erp", "smtp_pass": "CANARY-smtp-password",
})
incoming = {"name": "lab inbox", "server": "imap.example", "port": 993, "is_ssl": True, "user": "lab", "password": "CANARY-imap-password"}
incoming["server_type" if "server_type" in env["fetchmail.server"]._fields else "type"] = "imap"
env["fetchmail.server"].create(incoming)
env["ir.config_parameter"].set_param("clinic.gateway_token", "CANARY-gateway-token")
env["ir.config_parameter"].set_param("web.base.url", "https://erp.example")

partner = env.ref("base.model_res_partner")
env["ir.model.fields"].create({"model_id": partner.id, "name": "x_ward", "field_description": "Ward", "ttype": "char"})
env["ir.actions.server"].create({
    "name": "push to the bridge", "model_id": partner.id, "state": "code",
    "code": "requests_url = 'https://bridge.example/CANARY-in-the-code'",
})
rule = {"name": "on change", "model_id": partner.id, "trigger": "on_create"}
if "trigger" in env["base.automation"]._fields and "on_create_or_write" in dict(env["base.automation"]._fields["trigger"].selection):
    rule["trigger"] = "on_create_or_write"
env["base.automation"].create(rule)
cron = {"name": "nightly export", "model_id": partner.id, "state": "code", "code": "pass", "interval_number": 1, "interval_type": "days"}
if "numbercall" in env["ir.cron"]._fields:
    cron["numbercall"] = -1
env["ir.cron"].create(cron)
env["ir.attachment"].create({"name": "leaflet.txt", "raw": b"How to wash hands", "mimetype": "text/plain"})

keys = env["res.users.apikeys"].with_user(admin)
if hasattr(keys, "_generate"):
    import inspect
    more = [None] if "expiration_date" in inspect.signature(keys._generate).parameters else []
    print("API-KEY", keys._generate(None if not more else "rpc", "recording", *more))
env.cr.commit()
