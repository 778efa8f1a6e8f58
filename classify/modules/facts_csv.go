package modules

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// readModules reads rows of version, edition, module.
func (f *Facts) readModules(file, text string) error {
	err := eachRow(file, text, []string{"version", "edition", "module"}, func(row []string) error {
		version, edition, module := row[0], Edition(row[1]), row[2]
		if _, err := major(version); err != nil {
			return err
		}
		if edition != Community && edition != Enterprise {
			return fmt.Errorf("edition: %q is neither community nor enterprise", row[1])
		}
		if module == "" {
			return errors.New("module: no name")
		}
		if f.ships[version] == nil {
			f.ships[version] = map[string]Edition{}
			f.versions = append(f.versions, version)
		}
		// Enterprise extends a few Community modules under the same name: they are there without a subscription.
		if f.ships[version][module] != Community {
			f.ships[version][module] = edition
		}
		return nil
	})
	slices.SortFunc(f.versions, compareVersions)
	return err
}

// readRenames reads rows of kind, from_version, to_version, old, new, confidence. The versions must follow each other
// in the lists of modules.
func (f *Facts) readRenames(file, text string) error {
	return eachRow(file, text, []string{"kind", "from_version", "to_version", "old", "new", "confidence"}, func(row []string) error {
		kind, from, to, old := row[0], row[1], row[2], row[3]
		pair := rename{to: to, name: row[4], sureness: Sureness(row[5])}
		what, change, _ := strings.Cut(kind, "_")
		pair.change = Change(change)
		known := map[string]map[string]map[string]rename{"module": f.modules, "model": f.models}[what]
		switch {
		case known == nil, pair.change != ChangeRenamed && pair.change != ChangeMerged:
			return fmt.Errorf("kind: %q is not module or model, renamed or merged", kind)
		case len(f.way(from, to)) != 2:
			return fmt.Errorf("to_version: %q does not follow %q in the lists of modules", to, from)
		case old == "", pair.name == "", old == pair.name:
			return fmt.Errorf("new: from %q to %q is no change of name", old, pair.name)
		case !slices.Contains([]Sureness{Read, SeveralCopies, OneCopy}, pair.sureness):
			return fmt.Errorf("confidence: %q is not read, several copies or one copy", row[5])
		}
		if twice, ok := known[from][old]; ok {
			return fmt.Errorf("old: %q became %q in this step already", old, twice.name)
		}
		if known[from] == nil {
			known[from] = map[string]rename{}
		}
		known[from][old] = pair
		if what == "module" {
			f.weakest[from] = weaker(cmp.Or(f.weakest[from], Listed), pair.sureness)
		}
		return nil
	})
}

// eachRow gives every row below a header that must be as stated. Errors name file and line.
func eachRow(file, text string, header []string, each func(row []string) error) error {
	rows := csv.NewReader(strings.NewReader(text))
	rows.FieldsPerRecord = len(header)
	rows.ReuseRecord = true
	for n := 0; ; n++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			if n == 0 {
				return fmt.Errorf("%s:1: the file is empty", file)
			}
			return nil
		}
		if err == nil && n == 0 && !slices.Equal(row, header) {
			err = fmt.Errorf("the header is not %s", strings.Join(header, ","))
		} else if err == nil && n > 0 {
			err = each(row)
		}
		if parse := new(csv.ParseError); errors.As(err, &parse) {
			return fmt.Errorf("%s:%d: %w", file, parse.Line, parse.Err)
		}
		if err != nil {
			line, _ := rows.FieldPos(0)
			return fmt.Errorf("%s:%d: %w", file, line, err)
		}
	}
}

// major is the number of a version such as "14.0".
func major(version string) (int, error) {
	digits, found := strings.CutSuffix(version, ".0")
	n, err := strconv.Atoi(digits)
	if !found || err != nil || n < 1 || digits != strconv.Itoa(n) {
		return 0, fmt.Errorf("version: %q is not like 14.0", version)
	}
	return n, nil
}

// compareVersions orders versions by number: 8.0 is before 14.0.
func compareVersions(a, b string) int {
	x, _ := major(a)
	y, _ := major(b)
	return cmp.Compare(x, y)
}
