from odoo.exceptions import ValidationError
from odoo.tests import SavepointCase

ADMISSION = "\n".join([
    r"MSH|^~\&|EHR|NORTH|ODOO|CLINIC|20240102030405||ADT^A01|T-0001|P|2.5",
    "PID|1||MRN-T-1^^^NORTH||TESTMANN^ADA||19700203|F",
    "OBX|1|NM|718-7^Hemoglobin||13.5|g/dL||N",
])


class TestHl7Message(SavepointCase):
    def test_message_makes_a_patient_once(self):
        messages = self.env["clinic.hl7.message"]
        self.assertEqual(messages.receive(ADMISSION), "T-0001")
        self.assertEqual(messages.receive(ADMISSION), "T-0001")
        self.assertEqual(messages.search_count([("control_id", "=", "T-0001")]), 1)
        patient = self.env["clinic.patient"].search([("mrn", "=", "MRN-T-1")])
        self.assertEqual((patient.last_name, patient.sex, str(patient.birth_date)), ("TESTMANN", "f", "1970-02-03"))
        self.assertEqual(patient.result_ids.loinc, "718-7")
        self.assertFalse(patient.result_ids.abnormal)

    def test_what_cannot_be_parsed_raises(self):
        for raw in ("", "PID|1", r"MSH|^~\&|EHR", ADMISSION.replace("MRN-T-1", "")):
            with self.assertRaises(ValidationError):
                self.env["clinic.hl7.message"].receive(raw)
