package host

import "nightferry/internal/estate"

// configurationProbes ask what products are set up to do: their configuration files, Odoo's own modules and
// filestores.
func configurationProbes() []probe {
	return []probe{settingsProbe(), codeProbe(), filestoreProbe(), apacheProbe(), traefikProbe(), runtimeProbe()}
}

// fillSoftware makes the sections of what runs on the machine.
func fillSoftware(h *estate.Host, t transcript, running []task) {
	h.Configurations = configurations(t)
	h.Code = odooModules(h, t)
	h.Filestores = filestores(h, t)
	h.Containers = containers(h, t, running)
}
