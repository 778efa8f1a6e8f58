# Follows configure.py in the same shell: staff, orders, invoices, and changes that leave their traces.
partners = env["res.partner"].search([("patient_ids", "!=", False)], limit=12, order="id")
bank = env["res.bank"].create({"name": "Testbank", "bic": "TESTDEFFXXX"})
department = env["hr.department"].create({"name": "Nursing"})
for number in range(1, 13):
    home = env["res.partner"].create({"name": "Home of Teststaff %d" % number, "type": "private", "street": "Probestraße %d" % number,
                                      "zip": "00100", "city": "Musterstadt"})
    account = env["res.partner.bank"].create({"acc_number": "DE%02d99999999%010d" % (98 - (99999999 * 10**16 + number * 10**6 + 131400) % 97, number),
                                              "partner_id": home.id, "bank_id": bank.id})
    env["hr.employee"].create({
        "name": "Teststaff %02d" % number, "department_id": department.id, "job_title": "Nurse", "address_home_id": home.id,
        "bank_account_id": account.id, "ssnid": "%03d-%02d-%04d" % (773 + number, number, 1000 + number),
        "passport_id": "X%08d" % number, "birthday": "19%02d-02-03" % (60 + number), "children": number % 3, "marital": "single",
        "work_email": "teststaff%d@clinic.example" % number, "emergency_contact": "Mother of Teststaff", "emergency_phone": "+49 30 23125 200",
    })

service = env["product.product"].create({"name": "Private room, a night", "type": "service", "list_price": 120.0, "taxes_id": [(5, 0, 0)]})
for place, partner in enumerate(partners):
    order = env["sale.order"].create({
        "partner_id": partner.id, "order_line": [(0, 0, {"product_id": service.id, "product_uom_qty": 1 + place % 4})],
    })
    if place % 3:
        order.action_confirm()

if not env["account.journal"].search_count([("type", "=", "sale"), ("company_id", "=", company.id)]):
    raise SystemExit("no chart of accounts was installed")
for partner in partners[:8]:
    move = env["account.move"].with_context(default_move_type="out_invoice").create({
        "partner_id": partner.id, "invoice_date": "2025-11-30", "move_type": "out_invoice",
        "invoice_line_ids": [(0, 0, {"product_id": service.id, "quantity": 2, "price_unit": 120.0, "tax_ids": [(5, 0, 0)]})],
    })
    move.action_post()

# A corrected name stays in the tracking table as the old value.
patients = env["clinic.patient"].search([("merged", "=", False)], limit=5, order="id")
for patient in patients:
    patient.write({"last_name": patient.last_name + "-Sample"})

# What people type into fields and models of their own making.
for number, visit in enumerate(env["clinic.encounter"].search([], limit=40, order="id")):
    visit.x_triage_remark = "%s, waits since %d:15, wants a private room" % (visit.patient_id.partner_id.name, 7 + number % 9)
for number, partner in enumerate(partners):
    partner.x_insurance_class = "private" if number % 3 == 0 else "public"
    env["x_bed_request"].create({"x_name": "Bed for %s" % partner.name})

# Proof that the interface's way in works, and that a repeated message is stored once.
messages = env["clinic.hl7.message"].with_user(env["res.users"].search([("login", "=", "hl7")]))
hl7 = "MSH|^~\\&|EHR|NORTH|ODOO|CLINIC|20260101120000||ADT^A01|BUILD-1|P|2.5\nPID|1||%s||TESTMANN^ADA||19700203|F" % patients[0].mrn
for _ in range(2):
    if messages.receive(hl7) != "BUILD-1":
        raise SystemExit("the interface did not take the message")

# Written by a script that did not know that passwords are hashed. Odoo hashes what it finds in clear whenever it sets
# its models up, as it does for a field that somebody adds: so this comes last.
env["base"].flush()
env.cr.execute("UPDATE res_users SET password = %s WHERE login = 'legacy.sync'", (secrets["clear_password"],))
if env.cr.rowcount != 1:
    raise SystemExit("there is no user legacy.sync")

env.cr.commit()
print("configured")
