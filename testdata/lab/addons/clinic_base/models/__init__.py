from . import diagnosis, encounter, hl7_message, insurance_policy, lab_result, partner, patient, prescription
