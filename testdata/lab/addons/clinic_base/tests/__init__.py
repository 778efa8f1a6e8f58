from . import test_hl7_message
