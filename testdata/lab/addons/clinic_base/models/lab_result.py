import json

from odoo import fields, models


class LabResult(models.Model):
    """One observation. The analyser's own message is kept as it came, as JSON in text."""

    _name = "clinic.lab.result"
    _description = "Laboratory Result"
    _order = "taken_at desc, id desc"

    patient_id = fields.Many2one("clinic.patient", required=True, ondelete="cascade", index=True)
    encounter_id = fields.Many2one("clinic.encounter", ondelete="set null", index=True)
    loinc = fields.Char("LOINC", required=True, index=True)
    value = fields.Float(digits=(16, 4))
    unit = fields.Char()
    abnormal = fields.Boolean()
    taken_at = fields.Datetime(required=True, default=fields.Datetime.now)
    device_serial = fields.Char()
    payload = fields.Text()

    def payload_value(self, key):
        """Return one member of the analyser's message, or None where the message is not JSON."""
        self.ensure_one()
        try:
            return json.loads(self.payload or "{}").get(key)
        except ValueError:
            return None
