package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// TruePart is a part of the lab that takes so long to build that a lab may be without it. Its machines add to those of
// the same name.
type TruePart struct {
	Part     string        `yaml:"part"`
	Proof    string        `yaml:"proof"` // MACHINE:FILE, which only the part brings
	Machines []TrueMachine `yaml:"machines"`
	Findings []TrueFinding `yaml:"findings"`

	Kubernetes []TrueKubernetes `yaml:"kubernetes"`
}

// Facts counts what a part adds.
func (p TruePart) Facts() int {
	count := len(p.Findings)
	for _, m := range p.Machines {
		count += len(m.Applications) + len(m.Listeners) + len(m.Certificates) + len(m.WebRoutes)
	}
	for _, k := range p.Kubernetes {
		count += len(k.Nodes) + len(k.Admission) + len(k.Powerful) + len(k.StorageClasses)
		for _, n := range k.Namespaces {
			count += 12 + len(n.Workloads)
		}
	}
	return count
}

// withParts returns the truth with those parts that are there, and the others.
func (t Truth) withParts(there func(TruePart) bool) (Truth, []TruePart, error) {
	var missing []TruePart
	t.Machines, t.Findings, t.Kubernetes = slices.Clone(t.Machines), slices.Clone(t.Findings), slices.Clone(t.Kubernetes)
	for _, part := range t.Parts {
		if !there(part) {
			missing = append(missing, part)
			continue
		}
		t.Findings = append(t.Findings, part.Findings...)
		t.Kubernetes = append(t.Kubernetes, part.Kubernetes...)
		for _, more := range part.Machines {
			i := slices.IndexFunc(t.Machines, func(m TrueMachine) bool { return m.Name == more.Name })
			if i < 0 {
				return Truth{}, nil, fmt.Errorf("part %s: no machine %s to add to", part.Part, more.Name)
			}
			m := &t.Machines[i]
			m.Applications = append(slices.Clip(m.Applications), more.Applications...)
			m.Listeners = append(slices.Clip(m.Listeners), more.Listeners...)
			m.Certificates = append(slices.Clip(m.Certificates), more.Certificates...)
			m.WebRoutes = append(slices.Clip(m.WebRoutes), more.WebRoutes...)
		}
	}
	return t, missing, nil
}

// hasPart tells whether the machine that runs was made with the part: its proof lies in the machine's image.
func (l *Lab) hasPart(part TruePart) bool {
	machine, file, _ := strings.Cut(part.Proof, ":")
	stack, err := os.ReadFile(filepath.Join(l.Dir, "run", machine, "stack"))
	if err != nil {
		return false
	}
	image, _, _ := strings.Cut(string(stack), ":")
	_, err = os.Stat(filepath.Join(image, file))
	return err == nil
}
