from odoo import api, fields, models


class Patient(models.Model):
    """A person in the clinic's care. Address and telephone are the partner's."""

    _name = "clinic.patient"
    _description = "Patient"
    _inherit = ["mail.thread"]
    _rec_name = "mrn"
    _order = "mrn"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    mrn = fields.Char("Medical Record Number", required=True, index=True, copy=False, tracking=True)
    last_name = fields.Char(required=True, tracking=True)
    first_name = fields.Char(required=True)
    birth_date = fields.Date(tracking=True)
    legacy_birth_date = fields.Char("Birth Date (former system)")
    sex = fields.Selection([("f", "Female"), ("m", "Male"), ("x", "Other"), ("u", "Unknown")], default="u")
    blood_group = fields.Selection([(g, g) for g in ("A+", "A-", "B+", "B-", "AB+", "AB-", "0+", "0-")])
    allergies = fields.Text()
    religion = fields.Char()
    ethnic_origin = fields.Char()
    confidential = fields.Boolean(help="Seen by managers only, such as members of the staff.")
    deceased = fields.Boolean()
    date_of_death = fields.Date()
    merged = fields.Boolean(copy=False)
    emergency_contact = fields.Char()

    # One of these a person, by country of insurance.
    nhs_number = fields.Char("NHS Number (UK)")
    ssn = fields.Char("Social Security Number (US)")
    nir = fields.Char("NIR (FR)")
    dni = fields.Char("DNI (ES)")
    steuer_id = fields.Char("Steuer-ID (DE)")
    kvnr = fields.Char("Krankenversichertennummer (DE)")
    ahv = fields.Char("AHV Number (CH)")
    bsn = fields.Char("BSN (NL)")
    insz = fields.Char("INSZ (BE)")

    encounter_ids = fields.One2many("clinic.encounter", "patient_id")
    prescription_ids = fields.One2many("clinic.prescription", "patient_id")
    result_ids = fields.One2many("clinic.lab.result", "patient_id")
    policy_ids = fields.One2many("clinic.insurance.policy", "patient_id")
    age = fields.Integer(compute="_compute_age")

    _sql_constraints = [
        ("mrn_unique", "unique(mrn)", "The medical record number is taken."),
        ("death_known", "check(date_of_death IS NULL OR deceased)", "A date of death needs a deceased patient."),
    ]

    @api.depends("birth_date", "date_of_death")
    def _compute_age(self):
        for patient in self:
            end = patient.date_of_death or fields.Date.context_today(patient)
            born = patient.birth_date
            patient.age = born and end.year - born.year - ((end.month, end.day) < (born.month, born.day))

    def name_get(self):
        return [(p.id, "%s, %s (%s)" % (p.last_name, p.first_name, p.mrn)) for p in self]

    def action_print_summary(self):
        return self.env.ref("clinic_base.report_patient_summary").report_action(self)
