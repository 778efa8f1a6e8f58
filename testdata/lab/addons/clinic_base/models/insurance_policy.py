from odoo import fields, models


class InsurancePolicy(models.Model):
    _name = "clinic.insurance.policy"
    _description = "Insurance Policy"
    _order = "valid_until desc, id desc"

    patient_id = fields.Many2one("clinic.patient", required=True, ondelete="cascade", index=True)
    insurer = fields.Char(required=True)
    member_number = fields.Char(required=True, index=True)
    iban = fields.Char("IBAN")
    card_number = fields.Char("Card on File")
    card_expiry = fields.Char()
    copay = fields.Monetary()
    currency_id = fields.Many2one("res.currency", default=lambda self: self.env.company.currency_id)
    valid_from = fields.Date()
    valid_until = fields.Date()
