package modules

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/yamlfile"
)

//go:embed effort.yaml
var effortYAML string

// DefaultPolicy is the text of the embedded table of hours, to copy and change.
func DefaultPolicy() string { return effortYAML }

// Hours is a range of working hours.
type Hours struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// plus adds two ranges.
func (h Hours) plus(other Hours) Hours {
	return Hours{rounded(h.Low + other.Low), rounded(h.High + other.High)}
}

func (h Hours) times(n float64) Hours { return Hours{rounded(h.Low * n), rounded(h.High * n)} }

// IsZero tells whether nothing has to be done, at the most.
func (h Hours) IsZero() bool { return h == Hours{} }

// String is the range in whole hours. Less than half of one is not shown as none.
func (h Hours) String() string {
	low, high := fmt.Sprintf("%.0f", h.Low), fmt.Sprintf("%.0f", h.High)
	switch {
	case h.IsZero():
		return "0 h"
	case high == "0":
		return "under 1 h"
	case low == high:
		return low + " h"
	}
	return low + "–" + high + " h"
}

// Measure is something that can be counted of custom code, or of what was made in a database.
type Measure string

// Label is the measure as people read it.
func (m Measure) Label() string {
	words := strings.ReplaceAll(string(m), "_", " ")
	for _, name := range [][2]string{{"python", "Python"}, {"xml", "XML"}, {"js", "JavaScript"}, {"sql", "SQL"}} {
		words = strings.ReplaceAll(words, name[0], name[1])
	}
	return words
}

// measures lists what a driver may count.
func measures() []Measure {
	return []Measure{"modules", "python_lines", "xml_lines", "js_lines", "routes", "raw_sql", "inherited_models", "renamed_models",
		"moved_dependencies", "lost_dependencies", "database_views", "database_fields", "database_models", "database_code",
		"database_automations", "database_reports"}
}

// Driver turns a count into hours.
type Driver struct {
	Measure     Measure
	Per         float64 // so many of the measure are a unit
	EachVersion bool    // each further version adds a part
	Automatic   Hours   // of a unit, as are the other two
	Assisted    Hours
	Manual      Hours
	Why         string
}

// Rewrite is a class of changes that a version asks for.
type Rewrite struct {
	Version string `yaml:"version" json:"version"`
	In      string `yaml:"in" json:"in"`   // "python", "xml", "js", "routes"
	How     string `yaml:"how" json:"how"` // "automatic", "assisted", "manual"
	What    string `yaml:"what" json:"what"`
	By      string `yaml:"by" json:"by,omitempty"` // the program that does it or finds the place
}

// Policy is a table of hours for custom code.
type Policy struct {
	Version        string
	Assumptions    []string
	FurtherVersion float64 // part of the hours that each version after the first adds
	WithoutTests   float64 // factor on the manual hours of a module without tests
	Drivers        []Driver
	Rewrites       []Rewrite
}

// policyFile is the policy as people write it.
type policyFile struct {
	Version        string   `yaml:"version"`
	Assumptions    []string `yaml:"assumptions"`
	FurtherVersion float64  `yaml:"further_version"`
	WithoutTests   float64  `yaml:"without_tests"`
	Drivers        []struct {
		Measure     Measure   `yaml:"measure"`
		Per         float64   `yaml:"per"`
		EachVersion bool      `yaml:"each_version"`
		Automatic   []float64 `yaml:"automatic"`
		Assisted    []float64 `yaml:"assisted"`
		Manual      []float64 `yaml:"manual"`
		Why         string    `yaml:"why"`
	} `yaml:"drivers"`
	Rewrites []Rewrite `yaml:"rewrites"`
}

// LoadPolicy reads a table of hours; name is what faults call it. All faults are told at once, with line and column.
func LoadPolicy(name, text string) (*Policy, error) {
	f := yamlfile.Parse(name, []byte(text))
	var file policyFile
	f.Bind(&file)
	if file.Version == "" {
		f.Fault("version", "the table has no version", `add version: "1"; results name it`)
	}
	if file.FurtherVersion < 0 || file.FurtherVersion > 1 {
		f.Fault("further_version", "a part is from 0 to 1", "write 0.25 for a quarter")
	}
	if !f.Has("without_tests") {
		file.WithoutTests = 1
	}
	if file.WithoutTests < 1 || file.WithoutTests > 100 {
		f.Fault("without_tests", "a factor on hours is from 1 to 100", "write 1 for none")
	}
	if len(file.Drivers) == 0 {
		f.Fault("drivers", "nothing is measured: all custom code would cost nothing", "add drivers, or leave the file out for the embedded table")
	}
	p := &Policy{Version: file.Version, Assumptions: file.Assumptions, FurtherVersion: file.FurtherVersion, WithoutTests: file.WithoutTests, Rewrites: file.Rewrites}
	seen := map[Measure]bool{}
	for i, d := range file.Drivers {
		at := fmt.Sprintf("drivers[%d]", i)
		checkMeasure(f, at, d.Measure, d.Per, seen)
		p.Drivers = append(p.Drivers, Driver{Measure: d.Measure, Per: d.Per, EachVersion: d.EachVersion, Why: d.Why,
			Automatic: hours(f, at+".automatic", d.Automatic), Assisted: hours(f, at+".assisted", d.Assisted), Manual: hours(f, at+".manual", d.Manual)})
	}
	for i, r := range file.Rewrites {
		checkRewrite(f, fmt.Sprintf("rewrites[%d]", i), r)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

func checkMeasure(f *yamlfile.File, at string, m Measure, per float64, seen map[Measure]bool) {
	names := make([]string, 0, len(measures()))
	for _, known := range measures() {
		names = append(names, string(known))
	}
	switch {
	case !slices.Contains(measures(), m):
		f.Fault(at+".measure", fmt.Sprintf("%q cannot be measured", m), yamlfile.Mend(string(m), names))
	case seen[m]:
		f.Fault(at+".measure", fmt.Sprintf("%s has a driver already", m), "keep one of the two")
	}
	seen[m] = true
	if per < 1 || per > 1e9 {
		f.Fault(at+".per", "a unit is of one or more", "write per: 1, or 100 for lines by the hundred")
	}
}

// hours reads [low, high]; left out is none.
func hours(f *yamlfile.File, at string, values []float64) Hours {
	if !f.Has(at) {
		return Hours{}
	}
	if len(values) != 2 || values[0] < 0 || values[1] < values[0] || values[1] > 1e6 {
		f.Fault(at, "hours are a range from low to high", "write [0.5, 2]")
		return Hours{}
	}
	return Hours{values[0], values[1]}
}

func checkRewrite(f *yamlfile.File, at string, r Rewrite) {
	if _, err := major(r.Version); err != nil {
		f.Fault(at+".version", err.Error(), `write "18.0", quoted`)
	}
	for _, field := range []struct {
		key, value string
		words      []string
	}{{"in", r.In, []string{"python", "xml", "js", "routes"}}, {"how", r.How, []string{"automatic", "assisted", "manual"}}} {
		if !slices.Contains(field.words, field.value) {
			f.Fault(at+"."+field.key, fmt.Sprintf("%q is not one of %s", field.value, strings.Join(field.words, ", ")), yamlfile.Mend(field.value, field.words))
		}
	}
	if r.What == "" {
		f.Fault(at+".what", "it does not say what changes", "add what:")
	}
}
