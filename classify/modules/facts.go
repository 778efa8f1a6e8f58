package modules

import (
	_ "embed"
	"slices"
)

//go:embed core_modules.csv
var coreModulesCSV string

//go:embed renames.csv
var renamesCSV string

// FactsSource names what the embedded facts are taken from; SOURCES.md tells more.
const FactsSource = "module lists of acsone/manifestoo-core@e7ffbff (MIT); renames from public copies of OCA/OpenUpgrade"

// renamesSince is the first version from which renames are known.
const renamesSince = "13.0"

// Edition is the edition of Odoo that a module comes with.
type Edition string

// The editions.
const (
	Community  Edition = "community"
	Enterprise Edition = "enterprise" // needs a subscription
)

// Sureness says how well a verdict or a step of it is known.
type Sureness string

// How something is known, the surest first.
const (
	Listed        Sureness = "listed"         // by the lists of what a version ships
	Read          Sureness = "read"           // in the file of the project that keeps the renames
	SeveralCopies Sureness = "several copies" // of that file
	OneCopy       Sureness = "one copy"
	NotKnown      Sureness = "not known"
)

// Surenesses lists them, the surest first.
func Surenesses() []Sureness { return []Sureness{Listed, Read, SeveralCopies, OneCopy, NotKnown} }

// weaker is the less sure of two.
func weaker(a, b Sureness) Sureness {
	order := Surenesses()
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// Change is what happens to a module in one step.
type Change string

// The changes.
const (
	ChangeRenamed Change = "renamed"
	ChangeMerged  Change = "merged"  // its functions and data go on in another module
	ChangeEdition Change = "edition" // it moves between Community and Enterprise
	ChangeGone    Change = "gone"    // the version does not ship it, and no pair names a successor
)

// rename is a pair of names, good for one step.
type rename struct {
	change   Change // ChangeRenamed or ChangeMerged
	to       string // version in which the new name holds
	name     string // the new one
	sureness Sureness
}

// Facts knows what each Odoo version ships, and how modules and models were renamed between two.
type Facts struct {
	versions []string                      // oldest first
	ships    map[string]map[string]Edition // by version and module
	modules  map[string]map[string]rename  // by version before the step and old name
	models   map[string]map[string]rename
	weakest  map[string]Sureness // by version before the step: the least sure of its pairs of modules
}

// LoadFacts parses the embedded facts.
func LoadFacts() (*Facts, error) {
	f := &Facts{ships: map[string]map[string]Edition{}, modules: map[string]map[string]rename{},
		models: map[string]map[string]rename{}, weakest: map[string]Sureness{}}
	if err := f.readModules("core_modules.csv", coreModulesCSV); err != nil {
		return nil, err
	}
	return f, f.readRenames("renames.csv", renamesCSV)
}

// Versions lists the versions whose modules are known, oldest first.
func (f *Facts) Versions() []string { return slices.Clone(f.versions) }

// Knows tells whether the modules of a version are listed.
func (f *Facts) Knows(version string) bool { return f.ships[version] != nil }

// Ships tells with which edition a version brings a module, if it does.
func (f *Facts) Ships(version, module string) (Edition, bool) {
	edition, ok := f.ships[version][module]
	return edition, ok
}

// Shipped lists the modules of a version by name.
func (f *Facts) Shipped(version string) []string {
	names := make([]string, 0, len(f.ships[version]))
	for name := range f.ships[version] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// way lists the versions from one to another, both included; empty where they do not follow each other.
func (f *Facts) way(from, target string) []string {
	first, last := slices.Index(f.versions, from), slices.Index(f.versions, target)
	if first < 0 || last < first {
		return nil
	}
	return f.versions[first : last+1]
}
