package tenancy

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"nightferry/classify/workload"
	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

//go:embed controls.yaml
var controlsYAML string

// DefaultControls is the text of the embedded table of controls, to copy and change.
func DefaultControls() string { return controlsYAML }

// masked is the row of the table for copies whose rows name nobody.
const masked = estate.DataClass("MASKED")

// Controls is a table of what each class of data demands.
type Controls struct {
	Version  string                                 `yaml:"version" json:"version"`
	Controls []Control                              `yaml:"controls" json:"controls"`
	Classes  map[estate.DataClass]map[string]string `yaml:"-" json:"classes"` // level of each control, by class
}

// Control is one safeguard in its levels, from mildest to strictest.
type Control struct {
	Name   string  `yaml:"name" json:"name"`
	Levels []Level `yaml:"levels" json:"levels"`
}

// Level is how much of a control.
type Level struct {
	Level string   `yaml:"level" json:"level"`
	Means string   `yaml:"means" json:"means"`
	Cites []string `yaml:"cites" json:"cites"` // paragraphs of 45 CFR, controls of ISO/IEC 27001:2022 Annex A
}

// controlsFile is the table as people write it.
type controlsFile struct {
	Version  string         `yaml:"version"`
	Controls []Control      `yaml:"controls"`
	Classes  map[string]any `yaml:"classes"`
}

// classRows lists the rows that a table must have.
func classRows() []estate.DataClass { return append(estate.DataClasses(), masked) }

// LoadControls reads a table of controls; name is what faults call it. All faults are told at once, with line and column.
func LoadControls(name, text string) (*Controls, error) {
	f := yamlfile.Parse(name, []byte(text))
	var file controlsFile
	f.Bind(&file)
	c := &Controls{Version: file.Version, Controls: file.Controls, Classes: map[estate.DataClass]map[string]string{}}
	need(f, "version", c.Version, "the table has no version", "add version: NAME; results name it")
	if len(c.Controls) == 0 {
		f.Fault("controls", "there is no control: nothing would be demanded", "add controls, or leave the file out for the embedded table")
	}
	levels := map[string][]string{}
	for i, control := range c.Controls {
		at := fmt.Sprintf("controls[%d]", i)
		need(f, at+".name", control.Name, "a control without a name", "add name:")
		if levels[control.Name] != nil {
			f.Fault(at+".name", fmt.Sprintf("%.40q is a control already", control.Name), "keep one of the two")
		}
		if len(control.Levels) == 0 {
			f.Fault(at+".levels", "a control without levels", "add levels, from mildest to strictest")
		}
		for j, level := range control.Levels {
			place := fmt.Sprintf("%s.levels[%d]", at, j)
			need(f, place+".level", level.Level, "a level without a name", "add level:")
			need(f, place+".means", level.Means, "it does not say what the level means", "add means: in a sentence")
			levels[control.Name] = append(levels[control.Name], level.Level)
		}
	}
	c.bindClasses(f, file.Classes, levels)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// bindClasses takes the rows: each class has a level of each control, and none that is not there.
func (c *Controls) bindClasses(f *yamlfile.File, rows map[string]any, levels map[string][]string) {
	for name := range rows {
		if !slices.Contains(classRows(), estate.DataClass(name)) {
			f.Fault("classes."+name, fmt.Sprintf("%.40q is no class of data", name), yamlfile.Mend(name, classNames()))
		}
	}
	for _, class := range classRows() {
		at := "classes." + string(class)
		row, isRow := rows[string(class)].(map[string]any)
		if !isRow {
			f.Fault(at, fmt.Sprintf("the class %s has no row", class), "add "+string(class)+": with a level of each control")
			continue
		}
		c.Classes[class] = map[string]string{}
		for key := range row {
			if levels[key] == nil {
				f.Fault(at+"."+key, fmt.Sprintf("%.40q is no control of this table", key), "")
			}
		}
		for _, control := range c.Controls {
			level, _ := row[control.Name].(string)
			if !slices.Contains(levels[control.Name], level) {
				f.Fault(at+"."+control.Name, fmt.Sprintf("%.40q is no level of %s", level, control.Name), "write one of "+strings.Join(levels[control.Name], ", "))
			}
			c.Classes[class][control.Name] = level
		}
	}
}

func classNames() []string {
	var names []string
	for _, class := range classRows() {
		names = append(names, string(class))
	}
	return names
}

// Demand is the level of a control that a workload needs, and the class that asks for it.
type Demand struct {
	Control string           `json:"control"`
	Level   string           `json:"level"`
	Because estate.DataClass `json:"because"`
}

// Demand lists, of each control, the strictest level that a class of the workload asks for. What is not assessed asks
// for the most, where nothing is known to be held.
func (c *Controls) Demand(w *workload.Workload) []Demand {
	classes := []estate.DataClass{estate.Operational}
	for _, h := range w.Classes {
		classes = append(classes, h.Class)
	}
	switch w.Role {
	case workload.Unknown:
		classes = append(classes, estate.NotAssessed)
	case workload.Consumes:
		classes = append(classes, masked)
	case workload.Processes, workload.Neither:
	}
	demands := make([]Demand, 0, len(c.Controls))
	for _, control := range c.Controls {
		strictest, d := -1, Demand{Control: control.Name}
		for _, class := range classes {
			level := c.Classes[class][control.Name]
			at := slices.IndexFunc(control.Levels, func(l Level) bool { return l.Level == level })
			if at > strictest {
				strictest, d.Level, d.Because = at, level, class
			}
		}
		demands = append(demands, d)
	}
	return demands
}

// Means is what a level of a control means.
func (c *Controls) Means(control, level string) Level {
	for _, known := range c.Controls {
		for _, l := range known.Levels {
			if known.Name == control && l.Level == level {
				return l
			}
		}
	}
	return Level{}
}
