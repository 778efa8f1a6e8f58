package engagement

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// Overrides is overrides.yaml: what people decided against the evidence.
type Overrides struct {
	Classes  []estate.ClassOverride `yaml:"classes"`
	Accepted []estate.Acceptance    `yaml:"accepted"` // findings whose risk somebody bears for some time

	Tenancy []estate.TenancyApproval `yaml:"tenancy"` // of workloads

	Pins        []estate.Pin              `yaml:"pins"`         // when services move, as people want it
	PlanWaivers []estate.ConstraintWaiver `yaml:"plan_waivers"` // constraints of the plan that may be broken
}

// Overrides reads overrides.yaml, strictly: faults come as [yamlfile.Problems]. Without the file there are none.
func (f *Folder) Overrides() (Overrides, error) {
	text, err := f.Read(OverridesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Overrides{}, nil
	}
	if err != nil {
		return Overrides{}, err
	}
	o, file, err := parseOverrides(f.Path(OverridesFile), text)
	for i := range o.Pins {
		o.Pins[i].Where = fmt.Sprintf("%s:%d", OverridesFile, file.Line(fmt.Sprintf("pins[%d]", i)))
	}
	for i := range o.PlanWaivers {
		o.PlanWaivers[i].Where = fmt.Sprintf("%s:%d", OverridesFile, file.Line(fmt.Sprintf("plan_waivers[%d]", i)))
	}
	return o, err
}

func parseOverrides(name string, text []byte) (Overrides, *yamlfile.File, error) {
	file := yamlfile.Parse(name, text)
	var o Overrides
	file.Bind(&o)
	seen := map[[3]string]int{}
	for i, class := range o.Classes {
		at := fmt.Sprintf("classes[%d]", i)
		for _, need := range []struct{ key, value, mend string }{
			{"database", class.Database, "add database: SERVER/DATABASE"},
			{"table", class.Table, "add table: SCHEMA.TABLE"},
			{"column", class.Column, "add column: NAME"},
			{"class", string(class.Class), "add class: " + classNames()},
			{"by", class.By, "add by: who decided it"},
			{"reason", class.Reason, "add reason: why"},
			{"date", class.Date, "add date: 2026-01-31"},
		} {
			if strings.TrimSpace(need.value) == "" {
				file.Fault(at+"."+need.key, "an override without "+need.key, need.mend)
			}
		}
		if class.Class != "" && !slices.Contains(OverridingClasses(), class.Class) {
			file.Fault(at+".class", fmt.Sprintf("%.40q is no class of data", class.Class), "write one of "+classNames())
		}
		if class.Date != "" && new(Day).UnmarshalText([]byte(class.Date)) != nil {
			file.Fault(at+".date", fmt.Sprintf("%.40q is not a date", class.Date), "write it like 2026-01-31")
		}
		if first, twice := seen[class.Place()]; twice {
			file.Fault(at, fmt.Sprintf("this column has an override on line %d already", first), "keep one of the two")
		}
		seen[class.Place()] = file.Line(at)
	}
	checkAccepted(file, o.Accepted)
	checkTenancy(file, o.Tenancy)
	checkPins(file, o)
	return o, file, file.Err()
}

// OverridingClasses lists the classes that a person can give. Nobody decides that nobody could tell.
func OverridingClasses() []estate.DataClass {
	return slices.DeleteFunc(estate.DataClasses(), func(c estate.DataClass) bool { return c == estate.NotAssessed })
}

func classNames() string {
	var names []string
	for _, class := range OverridingClasses() {
		names = append(names, string(class))
	}
	return strings.Join(names, ", ")
}

// OverrideClass adds an override to overrides.yaml, or puts it in the place of the column's earlier one. All else in the
// file stays as people wrote it, to the byte.
func (f *Folder) OverrideClass(o estate.ClassOverride) error {
	return put(f, "classes", o, func(all *Overrides) *[]estate.ClassOverride { return &all.Classes },
		func(c estate.ClassOverride) bool { return c.Place() == o.Place() })
}

// PinService adds a pin to overrides.yaml, or puts it in the place of the service's earlier one. All else in the file stays
// as people wrote it, to the byte.
func (f *Folder) PinService(p estate.Pin) error {
	return put(f, "pins", p, func(all *Overrides) *[]estate.Pin { return &all.Pins }, func(old estate.Pin) bool { return old.Service == p.Service })
}

// put adds an entry to a list of overrides.yaml, or puts it in the place of the one that is the same.
func put[T any](f *Folder, list string, one T, of func(*Overrides) *[]T, same func(T) bool) error {
	text, err := f.Read(OverridesFile)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte("# What people decided against the evidence. It wins, and is flagged when the evidence changes.\n"), nil
	}
	if err != nil {
		return err
	}
	name := f.Path(OverridesFile)
	want, file, err := parseOverrides(name, text)
	if err != nil {
		return err
	}
	entry, err := yaml.Marshal([]T{one})
	if err != nil {
		return &FileError{Name: name, Text: "the entry cannot be written as YAML", Err: err}
	}
	entries := of(&want)
	count, at := len(*entries), slices.IndexFunc(*entries, same)
	if at >= 0 {
		(*entries)[at] = one
	} else {
		*entries = append(*entries, one)
	}
	return f.rewrite(withEntry(string(text), file, list, count, at, string(entry)), want, list, string(entry))
}

// rewrite saves the changed text, if it says what it should and nothing else.
func (f *Folder) rewrite(changed string, want Overrides, list, entry string) error {
	name := f.Path(OverridesFile)
	got, _, err := parseOverrides(name, []byte(changed))
	if err != nil || !reflect.DeepEqual(got, want) {
		return &FileError{Name: name, Text: "it is not written in a way that an entry can be put into",
			Hint: "write " + list + ": as a list with each entry on lines of its own, or add this by hand:\n" + entry}
	}
	return f.Write(OverridesFile, []byte(changed))
}

var emptyList = regexp.MustCompile(`^[a-z]+:\s*(\[\s*\])?\s*(#.*)?$`)

// withEntry puts an entry of a list into the text: in the place of entry at, or behind the last of count.
func withEntry(text string, file *yamlfile.File, list string, count, at int, entry string) string {
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	} else {
		lines[last] += "\n"
	}
	from, to := len(lines), len(lines)
	switch {
	case count == 0 && file.Has(list):
		from = slices.IndexFunc(lines, func(l string) bool {
			return strings.HasPrefix(l, list+":") && emptyList.MatchString(strings.TrimRight(l, "\r\n"))
		})
		if from < 0 {
			return text
		}
		to = from + 1
		entry = list + ":\n" + indented(entry, 2)
	case count == 0:
		entry = list + ":\n" + indented(entry, 2)
	default:
		n := at
		if at < 0 {
			n = count - 1
		}
		from = file.Line(fmt.Sprintf("%s[%d]", list, n)) - 1
		indent := strings.Index(lines[from], "-")
		if indent < 0 {
			return text
		}
		to = endOfEntry(lines, from, indent)
		if at < 0 {
			from = to
		}
		entry = indented(entry, indent)
	}
	return strings.Join(slices.Concat(lines[:from], []string{entry}, lines[to:]), "")
}

// endOfEntry is the line behind an entry that begins on line from, its dash indented by indent. Comments and blank lines
// before the next thing belong to that.
func endOfEntry(lines []string, from, indent int) int {
	end := from + 1
	for i := from + 1; i < len(lines); i++ {
		bare := strings.TrimLeft(lines[i], " ")
		deeper := len(lines[i])-len(bare) > indent
		switch {
		case strings.TrimSpace(bare) == "", strings.HasPrefix(bare, "#") && !deeper:
		case deeper:
			end = i + 1
		default:
			return end
		}
	}
	return end
}

func indented(entry string, by int) string {
	pad := strings.Repeat(" ", by)
	return pad + strings.ReplaceAll(strings.TrimSuffix(entry, "\n"), "\n", "\n"+pad) + "\n"
}
