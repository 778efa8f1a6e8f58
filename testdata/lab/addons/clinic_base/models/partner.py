from odoo import _, fields, models
from odoo.exceptions import UserError


class Partner(models.Model):
    _inherit = "res.partner"

    patient_ids = fields.One2many("clinic.patient", "partner_id")

    def unlink(self):
        """A patient's address book entry must outlive every clean-up of contacts."""
        if self.env["clinic.patient"].sudo().search_count([("partner_id", "in", self.ids)]):
            raise UserError(_("A contact that is a patient cannot be deleted."))
        return super().unlink()
