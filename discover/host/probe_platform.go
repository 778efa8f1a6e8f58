package host

import "nightferry/internal/estate"

// platformProbes ask how the machine is kept: disks, network, updates, safeguards, load, backups, drift. The two looks
// at the load stand at the two ends, so that the other questions are the time between them.
func platformProbes() []probe {
	return []probe{firstLook(), folderProbe(), diskProbe(), networkProbe(), updateProbe(), safeguardProbe(), historyProbe(), backupProbe(), sudoProbe(), driftProbe(), changedProbe(), secondLook()}
}

// fillPlatform makes the sections of how the machine is kept.
func fillPlatform(h *estate.Host, t transcript) {
	var w walked
	h.Folders, w = folders(t)
	h.Disks = section(t, "disks", "", func(body string) []estate.Disk { return parseDisks(body, h.Mounts.Value) })
	h.Network = section(t, "network", "", parseNetwork)
	h.Updates = updates(t, h.Identity.Value)
	h.Safeguards = safeguards(h, t)
	h.Load = load(t)
	h.Backups = backups(h, t, w)
	h.SudoRules = sudoRules(t)
	h.Files = configurationFiles(t)
	h.Changed = changedFiles(t)
}
