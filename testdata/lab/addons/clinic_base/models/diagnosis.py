from odoo import fields, models


class Diagnosis(models.Model):
    """A dictionary of ICD-10 codes: public knowledge, unlike the same code on an encounter."""

    _name = "clinic.diagnosis"
    _description = "Diagnosis Code"
    _order = "code"
    _rec_name = "code"

    code = fields.Char(required=True, index=True)
    title = fields.Char(required=True)

    _sql_constraints = [("code_unique", "unique(code)", "Each diagnosis code may be listed once.")]
