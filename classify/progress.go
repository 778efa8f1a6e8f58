package classify

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Progress is what has changed since the assessment of an earlier day. Repeated on one day, an assessment stays as it is.
type Progress struct {
	Day    string `json:"day"`              // of this assessment, 2026-01-31
	Before string `json:"before,omitempty"` // of the last one on an earlier day; empty where there was none
	Gone   []Gone `json:"gone,omitempty"`   // findings that earlier assessments had, the newest first
}

// Gone is a finding that is there no more.
type Gone struct {
	Code      string          `json:"code"`
	Title     string          `json:"title"`
	Severity  estate.Severity `json:"severity"`
	Asset     string          `json:"asset"`
	FirstSeen string          `json:"first_seen,omitempty"`
	Day       string          `json:"day"` // of the first assessment without it
	How       Departure       `json:"how"`
}

// Departure is how a finding went.
type Departure string

// The departures. Only the first is good news.
const (
	Mended    Departure = "mended"          // the rule was judged, and finds nothing there any more
	NotJudged Departure = "no longer known" // what the rule asks for is not known any more
	AssetGone Departure = "asset gone"      // the asset is not in the inventory any more
)

// follow holds the findings against those of the assessment before.
func (a *Assessment) follow(before *Assessment, today string) {
	if today == "" {
		return
	}
	a.Progress = Progress{Day: today}
	was := map[[2]string]estate.Finding{}
	var gone []Gone
	if before != nil {
		a.Progress.Before = before.Progress.Day
		if before.Progress.Day == today {
			a.Progress.Before = before.Progress.Before
		}
		for _, f := range before.Findings {
			was[[2]string{f.Code, f.Asset}] = f
		}
		gone = before.Progress.Gone
	}
	unjudged := map[[2]string]bool{}
	for _, u := range a.Unknown {
		for _, asset := range u.Assets {
			unjudged[[2]string{u.Code, asset}] = true
		}
	}
	there := a.assets()
	now := map[[2]string]bool{}
	for i := range a.Findings {
		f := &a.Findings[i]
		at := [2]string{f.Code, f.Asset}
		now[at] = true
		f.FirstSeen = cmp.Or(was[at].FirstSeen, stillKnown(gone, at), today)
	}
	for at, f := range was {
		if now[at] {
			continue
		}
		g := Gone{Code: f.Code, Title: f.Title, Severity: f.Severity, Asset: f.Asset, FirstSeen: f.FirstSeen, Day: today, How: Mended}
		switch {
		case unjudged[at]:
			g.How = NotJudged
		case !there(f.Asset):
			g.How = AssetGone
		}
		gone = append(slices.Clone(gone), g)
	}
	for _, g := range gone {
		if !now[[2]string{g.Code, g.Asset}] {
			a.Progress.Gone = append(a.Progress.Gone, g)
		}
	}
	slices.SortFunc(a.Progress.Gone, func(x, y Gone) int {
		return cmp.Or(cmp.Compare(y.Day, x.Day), cmp.Compare(x.Code, y.Code), cmp.Compare(x.Asset, y.Asset))
	})
}

// stillKnown is the day on which a finding was seen first that was out of sight for a while, and not mended.
func stillKnown(gone []Gone, at [2]string) string {
	for _, g := range gone {
		if g.Code == at[0] && g.Asset == at[1] && g.How != Mended {
			return g.FirstSeen
		}
	}
	return ""
}

// assets tells of an asset whether this assessment looked at it: it is among the findings, gaps, workloads or ends of
// integrations. An outside party is always there.
func (a *Assessment) assets() func(string) bool {
	known := map[string]bool{}
	if a.Demands != nil {
		for i := range a.Demands.Workloads {
			for _, asset := range a.Demands.Workloads[i].Assets() {
				known[asset] = true
			}
		}
	}
	for _, g := range a.Gaps {
		known[g.Asset] = true
	}
	for _, f := range a.Findings {
		known[f.Asset] = true
	}
	return func(asset string) bool {
		return known[asset] || strings.HasPrefix(asset, "outside/") || a.Demands == nil
	}
}

// New lists the findings that the assessment of an earlier day did not have.
func (a *Assessment) New() []estate.Finding {
	var list []estate.Finding
	for _, f := range a.Findings {
		if a.Progress.Before != "" && f.FirstSeen > a.Progress.Before {
			list = append(list, f)
		}
	}
	return list
}

// Departed lists the findings that the assessment of an earlier day had.
func (a *Assessment) Departed() []Gone {
	var list []Gone
	for _, g := range a.Progress.Gone {
		if a.Progress.Before != "" && g.Day > a.Progress.Before {
			list = append(list, g)
		}
	}
	return list
}

// Lapsed lists the findings whose risk was borne on the day of the assessment before, and is not any more.
func (a *Assessment) Lapsed() []estate.Finding {
	var list []estate.Finding
	for _, f := range a.Findings {
		if f.Accepted != nil && f.Accepted.Expired && (a.Progress.Before == "" || f.Accepted.Until >= a.Progress.Before) {
			list = append(list, f)
		}
	}
	return list
}
