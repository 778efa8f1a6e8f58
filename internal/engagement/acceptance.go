package engagement

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// checkAccepted tells what an acceptance lacks. Nobody bears a risk without a name, a reason and an end.
func checkAccepted(file *yamlfile.File, accepted []estate.Acceptance) {
	seen := map[[2]string]int{}
	for i, a := range accepted {
		at := fmt.Sprintf("accepted[%d]", i)
		for _, need := range []struct{ key, value, mend string }{
			{"code", a.Code, "add code: as nightferry findings shows it"},
			{"asset", a.Asset, "add asset: as nightferry findings shows it"},
			{"until", a.Until, "add until: 2026-01-31, the last day on which it is borne"},
			{"by", a.By, "add by: who answers for it"},
			{"reason", a.Reason, "add reason: why"},
			{"date", a.Date, "add date: 2026-01-31"},
		} {
			if strings.TrimSpace(need.value) == "" {
				file.Fault(at+"."+need.key, "an acceptance without "+need.key, need.mend)
			}
		}
		for key, day := range map[string]string{"until": a.Until, "date": a.Date} {
			if day != "" && new(Day).UnmarshalText([]byte(day)) != nil {
				file.Fault(at+"."+key, fmt.Sprintf("%.40q is not a date", day), "write it like 2026-01-31")
			}
		}
		place := [2]string{a.Code, a.Asset}
		if first, twice := seen[place]; twice {
			file.Fault(at, fmt.Sprintf("this finding is accepted on line %d already", first), "keep one of the two")
		}
		seen[place] = file.Line(at)
	}
}

// Accept adds an acceptance to overrides.yaml, or puts it in the place of the earlier one of that finding. All else in
// the file stays as people wrote it, to the byte.
func (f *Folder) Accept(a estate.Acceptance) error {
	text, err := f.Read(OverridesFile)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte("# What people decided against the evidence. It wins, and is flagged when the evidence changes.\n"), nil
	}
	if err != nil {
		return err
	}
	name := f.Path(OverridesFile)
	old, file, err := parseOverrides(name, text)
	if err != nil {
		return err
	}
	entry, err := yaml.Marshal([]estate.Acceptance{a})
	if err != nil {
		return &FileError{Name: name, Text: "the acceptance cannot be written as YAML", Err: err}
	}
	want := old
	want.Accepted = slices.Clone(old.Accepted)
	at := slices.IndexFunc(old.Accepted, func(b estate.Acceptance) bool { return b.Code == a.Code && b.Asset == a.Asset })
	if at >= 0 {
		want.Accepted[at] = a
	} else {
		want.Accepted = append(want.Accepted, a)
	}
	return f.rewrite(withEntry(string(text), file, "accepted", len(old.Accepted), at, string(entry)), want, "accepted", string(entry))
}
