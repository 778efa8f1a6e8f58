import re
from datetime import datetime

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

SEX = {"F": "f", "M": "m", "O": "x"}


class Hl7Message(models.Model):
    """The log of HL7 version 2 messages: each is stored as it came before anything is made of it."""

    _name = "clinic.hl7.message"
    _description = "HL7 Message"
    _order = "id desc"
    _rec_name = "control_id"

    control_id = fields.Char(required=True, index=True, copy=False)
    kind = fields.Char()
    raw = fields.Text(required=True)
    state = fields.Selection([("done", "Processed"), ("failed", "Failed")], required=True, default="done", index=True)
    error = fields.Char()
    received_at = fields.Datetime(required=True, default=fields.Datetime.now)
    patient_id = fields.Many2one("clinic.patient", ondelete="set null", index=True)

    _sql_constraints = [("control_id_unique", "unique(control_id)", "This message was received already.")]

    @api.model
    def receive(self, raw):
        """Store a message, update the patient it names and return its control id.

        A sender repeats what was not acknowledged, so a control id that is known is answered and not stored twice.
        What cannot be parsed raises: the caller must answer AE, and the sender keeps the message.
        """
        segments = _segments(raw)
        header, control_id = segments["MSH"][0], _field(segments["MSH"][0], 9)
        if not control_id:
            raise ValidationError(_("The message has no control id."))
        if self.search_count([("control_id", "=", control_id)]):
            return control_id
        patient = self._patient(segments)
        self.create({
            "control_id": control_id, "kind": _field(header, 8), "raw": raw, "patient_id": patient.id,
        })
        self._results(segments, patient)
        return control_id

    @api.model
    def _patient(self, segments):
        """Find or create the patient of the PID segment; an empty record where there is none."""
        patients = self.env["clinic.patient"]
        if "PID" not in segments:
            return patients
        pid = segments["PID"][0]
        mrn, name, born = _part(_field(pid, 3), 0), _field(pid, 5), _field(pid, 7)[:8]
        if not mrn:
            raise ValidationError(_("PID-3 is empty."))
        values = {
            "last_name": _part(name, 0) or "?", "first_name": _part(name, 1) or "?",
            "sex": SEX.get(_field(pid, 8), "u"),
        }
        if re.fullmatch(r"\d{8}", born):
            values["birth_date"] = datetime.strptime(born, "%Y%m%d").date()
        patient = patients.search([("mrn", "=", mrn)], limit=1)
        if patient:
            patient.write(values)
            return patient
        full_name = "%s %s" % (values["first_name"], values["last_name"])
        return patients.create(dict(values, mrn=mrn, partner_id=self.env["res.partner"].create({"name": full_name}).id))

    @api.model
    def _results(self, segments, patient):
        """Keep numeric observations (OBX of type NM) as laboratory results."""
        for obx in segments.get("OBX", []) if patient else []:
            if _field(obx, 2) != "NM":
                continue
            self.env["clinic.lab.result"].create({
                "patient_id": patient.id, "loinc": _part(_field(obx, 3), 0), "value": float(_field(obx, 5)),
                "unit": _part(_field(obx, 6), 0), "abnormal": bool(_field(obx, 8).strip("N")),
            })

    @api.model
    def _cron_report_failed(self):
        """Count what failed a day ago or earlier, by SQL: the log is the largest table here."""
        self.env.cr.execute(
            "SELECT count(*) FROM clinic_hl7_message WHERE state = 'failed' AND received_at < now() - interval '1 day'")
        self.env["ir.config_parameter"].sudo().set_param("clinic.hl7_failed", str(self.env.cr.fetchone()[0]))


def _segments(raw):
    """Split a message into {segment name: [fields, ...]}."""
    lines = [line for line in re.split(r"[\r\n]+", raw or "") if line]
    if not lines or not lines[0].startswith("MSH|"):
        raise ValidationError(_("The message does not begin with an MSH segment."))
    segments = {}
    for line in lines:
        fields_ = line.split("|")
        segments.setdefault(fields_[0], []).append(fields_)
    return segments


def _field(segment, index):
    """Return a field of a segment, or an empty string. In MSH the separator counts as field 1: pass one less."""
    return segment[index] if index < len(segment) else ""


def _part(value, index):
    """Return a component of a field's first repetition."""
    parts = value.split("~")[0].split("^")
    return parts[index] if index < len(parts) else ""
