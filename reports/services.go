package reports

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"nightferry/internal/estate"
)

func services(in Input) Sheet {
	s := Sheet{Name: "Services", Purpose: "What the hospital would miss, as stated by its people, with class and wave.",
		Columns: []Column{{"Service", 26}, {"Environment", 15}, {"Criticality", 18}, {"Owner", 22}, {"RTO", 10}, {"RPO", 10},
			{"Data class", 14}, {"Wave", 12}, {"Hosts", 28}, {"Databases", 28}, {"Odoo", 16}, {"Manual workaround", 40}}}
	for _, service := range in.Services {
		s.Rows = append(s.Rows, []Cell{
			Text(service.Name), Text(string(service.Environment)), Stated(string(service.Criticality)), Stated(service.Owner),
			objective(service.RTO), objective(service.RPO), classOf(in, service.Name), waveOf(in, service.Name),
			Text(strings.Join(service.Hosts, ", ")), Text(strings.Join(service.Databases, ", ")),
			Text(strings.Join(service.Odoo, ", ")), Stated(service.Workaround),
		})
	}
	if len(in.Services) == 0 {
		s.Rows = [][]Cell{{Stated("")}}
	}
	return s
}

// objective is a recovery objective in the largest unit that is exact. Zero means that nobody stated it.
func objective(d time.Duration) Cell {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if d > 0 && d%unit.size == 0 {
			return Text(fmt.Sprintf("%d %s", d/unit.size, unit.name))
		}
	}
	if d > 0 {
		return Text(d.String())
	}
	return Stated("")
}

func classOf(in Input, service string) Cell {
	if in.Classification == nil {
		return Unknown(estate.NotAsked)
	}
	for _, result := range in.Classification.Services {
		if result.Service == service {
			return classed(result.Class)
		}
	}
	return Unknown(estate.NotAsked)
}

func waveOf(in Input, service string) Cell {
	if in.Plan == nil {
		return Cell{Kind: Missing, Text: "not planned"}
	}
	for _, wave := range in.Plan.Waves {
		for _, member := range wave.Members {
			if member.Service == service {
				return Text(wave.Name)
			}
		}
	}
	for _, stay := range in.Plan.Retained {
		if stay.Service == service {
			return Text("stays")
		}
	}
	return Cell{Kind: Missing, Text: "not planned"}
}

func waves(in Input) Sheet {
	s := Sheet{Name: "Waves", Purpose: "The order of the move, and the reason of each placement.",
		Columns: []Column{{"Wave", 14}, {"Phase", 16}, {"Service or check", 44}, {"Data class", 14}, {"Size", 16}, {"State", 14}, {"Reason or evidence", 90}}}
	if in.Plan == nil {
		s.Rows = notYet(len(s.Columns), "plan")
		return s
	}
	for _, wave := range in.Plan.Waves {
		for _, item := range wave.Checklist {
			s.Rows = append(s.Rows, []Cell{Text(wave.Name), Text(string(wave.Phase)), Text(item.Name), Text(""), Text(""),
				holds(item.Coverage, item.Holds), Text(item.Evidence)})
		}
		for _, member := range wave.Members {
			reasons := make([]string, len(member.Reasons))
			for i, reason := range member.Reasons {
				reasons[i] = reason.Text
			}
			s.Rows = append(s.Rows, []Cell{Text(wave.Name), Text(string(wave.Phase)), Text(member.Service), classed(member.Class),
				sized(member.SizeBytes), Text("moves"), Text(strings.Join(reasons, "; "))})
		}
	}
	for _, stay := range in.Plan.Retained {
		reasons := make([]string, len(stay.Reasons))
		for i, reason := range stay.Reasons {
			reasons[i] = reason.Text
		}
		s.Rows = append(s.Rows, []Cell{Text(""), Text(""), Text(stay.Service), classed(stay.Class), sized(stay.SizeBytes), Text("stays"), Text(strings.Join(reasons, "; "))})
	}
	return s
}

func holds(coverage estate.Coverage, holds bool) Cell {
	switch {
	case !coverage.IsKnown():
		return Unknown(cmp.Or(coverage, estate.NotAsked))
	case holds:
		return Text("holds").Toned(Good)
	}
	return Text("does not hold").Toned(Bad)
}

// sized is a size of databases, of which -1 means that nobody could tell, and 0 that there are none.
func sized(n int64) Cell {
	switch {
	case n < 0:
		return Cell{Kind: Missing, Text: "not known"}
	case n == 0:
		return Text("")
	}
	return Bytes(n)
}
