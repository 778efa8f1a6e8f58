{
    "name": "Clinic Old Export",
    "summary": "Wrote contacts for the old CRM until 2019",
    "version": "12.0.1.0.0",
    "author": "Clinic North IT",
    "license": "LGPL-3",
    "depends": ["contacts"],
    "installable": False,
}
