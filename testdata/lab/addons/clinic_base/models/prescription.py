from odoo import fields, models


class Prescription(models.Model):
    _name = "clinic.prescription"
    _description = "Prescription"
    _order = "start_date desc, id desc"

    patient_id = fields.Many2one("clinic.patient", required=True, ondelete="cascade", index=True)
    encounter_id = fields.Many2one("clinic.encounter", ondelete="set null", index=True)
    drug = fields.Char(required=True)
    atc_code = fields.Char("ATC")
    dose = fields.Char()
    quantity = fields.Float()
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    end_date = fields.Date()
    prescriber_npi = fields.Char("Prescriber (NPI)")
    prescriber_dea = fields.Char("Prescriber (DEA)")
