package rules

import (
	_ "embed" // lifecycle.csv
	"strings"
	"time"

	"nightferry/internal/estate"
)

//go:embed lifecycle.csv
var lifecycleFile string

// lifecycle is when the last free update of a release came or will come, by "product version".
type lifecycle map[string]time.Time

func loadLifecycle() lifecycle {
	ends := lifecycle{}
	for line := range strings.SplitSeq(lifecycleFile, "\n") {
		fields := strings.Split(line, ",")
		if len(fields) < 3 || strings.HasPrefix(line, "#") || fields[0] == "product" {
			continue
		}
		end, err := time.Parse(time.DateOnly, fields[2])
		if err == nil { // a test reads every line
			ends[fields[0]+" "+fields[1]] = end
		}
	}
	return ends
}

// daysLeft is the number of days until updates of a release end; negative when they have.
func (l lifecycle) daysLeft(product, version string, at time.Time, section string) Fact {
	version = strings.TrimSpace(version)
	major, _, _ := strings.Cut(version, ".")
	for _, known := range []string{version, major} {
		if end, ok := l[strings.ToLower(product)+" "+known]; ok {
			return days(at, end, section)
		}
	}
	return missing(estate.Gap{Section: section, Coverage: estate.NotAsked, Problem: "when updates of " + strings.TrimSpace(product+" "+version) + " end is not in our table", Mend: "look it up at its maker's"})
}
