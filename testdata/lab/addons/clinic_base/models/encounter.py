import logging
from datetime import timedelta

import requests

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class Encounter(models.Model):
    """A visit or stay, from admission to discharge."""

    _name = "clinic.encounter"
    _description = "Encounter"
    _inherit = ["mail.thread"]
    _order = "started_at desc"

    patient_id = fields.Many2one("clinic.patient", required=True, ondelete="cascade", index=True)
    number = fields.Char("Visit Number", required=True, index=True, copy=False)
    kind = fields.Selection([("in", "Inpatient"), ("out", "Outpatient"), ("em", "Emergency")], required=True)
    ward = fields.Char()
    started_at = fields.Datetime(required=True, default=fields.Datetime.now)
    ended_at = fields.Datetime()
    diagnosis_code = fields.Char(index=True)
    physician_npi = fields.Char("Physician (NPI)")
    note = fields.Text()
    state = fields.Selection([("open", "Open"), ("done", "Discharged"), ("stale", "Stale")], default="open", tracking=True)

    _sql_constraints = [("number_unique", "unique(number)", "The visit number is taken.")]

    def action_discharge(self):
        self.write({"state": "done", "ended_at": fields.Datetime.now()})

    @api.model
    def _cron_mark_stale(self, days=180):
        """Mark encounters that nobody closed, so that the census stays true."""
        limit = fields.Datetime.now() - timedelta(days=days)
        self.search([("state", "=", "open"), ("started_at", "<", limit)]).write({"state": "stale"})

    def post_to_partner(self, url, token):
        """Tell a partner's webhook about these encounters; a failure is logged and never stops the ward."""
        for encounter in self:
            body = {"visit": encounter.number, "kind": encounter.kind, "state": encounter.state}
            try:
                answer = requests.post(url, json=body, headers={"Authorization": "Bearer " + token}, timeout=5)
                answer.raise_for_status()
            except requests.RequestException as error:
                _logger.warning("webhook for encounter %s failed: %s", encounter.id, type(error).__name__)
