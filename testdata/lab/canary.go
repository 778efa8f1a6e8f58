package lab

import (
	_ "embed" // canaries.yaml
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed canaries.yaml
var canariesFile []byte

// Canaries are the strings that must never appear in anything nightferry writes.
type Canaries struct {
	Passwords map[string]string `yaml:"passwords"` // lab accounts; tests log in with them
	Secrets   []Canary          `yaml:"secrets"`
	Patients  []Canary          `yaml:"patients"`
}

// Canary is one planted string.
type Canary struct {
	Name  string   `yaml:"name"`
	Value string   `yaml:"value"`
	Where []string `yaml:"where"` // MACHINE:PLACE or DATABASE:TABLE.COLUMN
}

// Values returns every string: passwords, secrets and patients.
func (c Canaries) Values() []string {
	var values []string
	for _, password := range c.Passwords {
		values = append(values, password)
	}
	for _, canary := range append(append([]Canary{}, c.Secrets...), c.Patients...) {
		values = append(values, canary.Value)
	}
	return values
}

// ReadCanaries reads canaries.yaml. It needs no lab.
func ReadCanaries() (Canaries, error) {
	var c Canaries
	if err := yaml.UnmarshalWithOptions(canariesFile, &c, yaml.Strict()); err != nil {
		return Canaries{}, fmt.Errorf("canaries.yaml: %w", err)
	}
	return c, nil
}
