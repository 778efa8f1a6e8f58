package estate

// OdooTargets lists the Odoo versions that an estate can be assessed for, oldest first.
func OdooTargets() []string { return []string{"14.0", "15.0", "16.0", "17.0", "18.0", "19.0"} }
