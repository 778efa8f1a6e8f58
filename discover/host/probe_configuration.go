package host

import "nightferry/internal/estate"

// configurationProbes ask what products are set up to do: their configuration files, Odoo's own modules and
// filestores.
func configurationProbes() []probe {
	return []probe{}
}

// fillSoftware makes the sections of what runs on the machine.
func fillSoftware(*estate.Host, transcript, []task) {}
