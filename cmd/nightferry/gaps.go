package main

import (
	"fmt"
	"io"
	"strings"

	"nightferry/internal/estate"
)

// missing is one thing that is not known, of one or several assets alike.
type missing struct {
	what   string   // section, or empty for an asset as a whole
	assets []string // in order
	why    string
	mend   string
}

// gather puts gaps that one act would mend into one row: what nine hosts refuse alike is told once.
func gather(gaps []estate.Gap) []missing {
	var rows []missing
	byKey := map[[3]string]int{}
	for _, gap := range gaps {
		why := string(gap.Coverage)
		if gap.Problem != "" {
			why = gap.Problem
			if !gap.Coverage.IsKnown() {
				why = string(gap.Coverage) + ": " + gap.Problem
			}
		}
		key := [3]string{gap.Section, string(gap.Coverage), gap.Mend}
		at, known := byKey[key]
		if gap.Section == "" || !known {
			byKey[key] = len(rows)
			rows = append(rows, missing{gap.Section, []string{gap.Asset}, why, gap.Mend})
			continue
		}
		rows[at].assets = append(rows[at].assets, gap.Asset)
	}
	return rows
}

// printGaps lists what is missing and what would mend it: whole targets first.
func printGaps(w io.Writer, gaps []estate.Gap) {
	rows := gather(gaps)
	list := func(heading string, whole bool) {
		for _, row := range rows {
			if (row.what == "") != whole {
				continue
			}
			if heading != "" {
				fmt.Fprintln(w, heading)
				heading = ""
			}
			name := row.what
			if whole {
				name = strings.Join(row.assets, ", ")
			}
			fmt.Fprintf(w, "  %-14s %s\n", name, row.why)
			if !whole {
				fmt.Fprintf(w, "  %-14s on %s\n", "", few(row.assets))
			}
			if row.mend != "" {
				fmt.Fprintf(w, "  %-14s → %s\n", "", row.mend)
			}
		}
	}
	list("NOT READ", true)
	list("NOT KNOWN, OR ONLY IN PART", false)
}

// few names the first of many.
func few(assets []string) string {
	const shown = 4
	if len(assets) <= shown {
		return strings.Join(assets, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(assets[:shown], ", "), len(assets)-shown)
}
