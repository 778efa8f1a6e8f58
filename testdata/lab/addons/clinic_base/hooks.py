"""Tables that the ORM does not make: what grew around the application over the years."""

from odoo.tools import file_open


def create_plain_tables(cr, registry):
    """Create the ward's bed plan (composite key), the import log (no key) and the reports' views."""
    with file_open("clinic_base/data/plain_tables.sql") as script:
        cr.execute(script.read())
