package engagement

import (
	"fmt"
	"strings"

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
	return put(f, "accepted", a, func(all *Overrides) *[]estate.Acceptance { return &all.Accepted },
		func(b estate.Acceptance) bool { return b.Code == a.Code && b.Asset == a.Asset })
}
