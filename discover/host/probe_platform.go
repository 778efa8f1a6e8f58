package host

import "nightferry/internal/estate"

// platformProbes ask how the machine is kept: disks, network, updates, safeguards, load, backups, drift.
func platformProbes() []probe {
	return []probe{folderProbe()}
}

// fillPlatform makes the sections of how the machine is kept.
func fillPlatform(h *estate.Host, t transcript) {
	h.Folders, _ = folders(t)
}
