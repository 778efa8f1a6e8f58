package lab

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed machines/*/machine.conf
var machineFiles embed.FS

// Machine is one machine of the lab, with an address for each network that it has a leg in ("" for none).
type Machine struct {
	Name    string
	Inside  string   // the hospital's servers
	Front   string   // the hospital's users, and this computer
	Cloud   string   // the landing zone
	Outside string   // partners
	Aliases []string // further names, such as erp.clinic.example
	Users   []string // who has a key: assess, ferry
	Part    string   // of the lab that it belongs to, where not every lab has it; its machines are no hosts of the estate
}

// SSH returns the address of the machine's sshd: the first of inside, cloud and outside. All but the
// bastion's are reached through the bastion only.
func (m Machine) SSH() string {
	for _, address := range []string{m.Inside, m.Cloud, m.Outside} {
		if address != "" {
			return address
		}
	}
	return ""
}

// readMachines reads every machine.conf.
func readMachines() (map[string]Machine, error) {
	folders, err := machineFiles.ReadDir("machines")
	if err != nil {
		return nil, err
	}
	machines := map[string]Machine{}
	for _, folder := range folders {
		text, err := machineFiles.ReadFile(path.Join("machines", folder.Name(), "machine.conf"))
		if err != nil {
			return nil, err
		}
		m, err := parseMachine(folder.Name(), string(text))
		if err != nil {
			return nil, err
		}
		machines[m.Name] = m
	}
	return machines, nil
}

// parseMachine reads one machine.conf: shell assignments of plain words. Keys that are of no interest to
// tests are passed over.
func parseMachine(name, text string) (Machine, error) {
	m := Machine{Name: name, Users: []string{"assess"}}
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || strings.ContainsAny(value, "$`\\") {
			return Machine{}, fmt.Errorf("machines/%s/machine.conf:%d: not a plain assignment", name, number+1)
		}
		value = strings.Trim(value, `'"`)
		switch key {
		case "PART":
			m.Part = value
		case "INSIDE":
			m.Inside = value
		case "FRONT":
			m.Front = value
		case "CLOUD":
			m.Cloud = value
		case "OUTSIDE":
			m.Outside = value
		case "ALIASES":
			m.Aliases = strings.Fields(value)
		case "USERS":
			m.Users = strings.Fields(value)
		}
	}
	return m, nil
}
