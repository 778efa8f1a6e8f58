package reportstest

import (
	"nightferry/classify/modules"
	"nightferry/internal/estate"
)

// moduleReport is a report with a module of each verdict that looks different in a workbook.
func moduleReport() *modules.Report {
	effort := modules.Effort{Automatic: modules.Hours{Low: 0.1, High: 0.3}, Assisted: modules.Hours{Low: 2, High: 4}, Manual: modules.Hours{Low: 6, High: 20.5},
		Items: []modules.Item{{Measure: "modules", Count: 1}, {Measure: "python_lines", Count: 390}, {Measure: "raw_sql", Count: 2}}}
	return &modules.Report{Target: "19.0", Policy: "2026.1", Assumptions: []string{"A developer who knows both versions."}, Effort: effort,
		Servers: []modules.Server{
			{Odoo: "clinic", From: "14.0", Coverage: estate.Known, Effort: effort, Modules: []modules.Judgement{
				{Name: "clinic_base", Verdict: modules.Custom, Origin: modules.Ours, Version: "14.0.1.0", Becomes: "clinic_base", Sureness: modules.Listed, Effort: &effort, Reasons: []string{"it has no tests"}},
				{Name: "clinic_gone", Verdict: modules.Custom, Origin: modules.Ours, Version: "14.0.1.0", Becomes: "clinic_gone", Sureness: modules.NotKnown, Reasons: []string{"its code was not seen: its effort is not known"}},
				{Name: "membership", Verdict: modules.Removed, Origin: modules.FromOdoo, Edition: modules.Community, Sureness: modules.OneCopy, Reasons: []string{"Odoo 19.0 does not ship it"}, Advice: "move its data"},
				{Name: "web_ribbon", Verdict: modules.Unknown, Origin: modules.FromOCA, Sureness: modules.NotKnown, Advice: "look at the OCA"},
				{Name: "theme_ward", Verdict: modules.Unknown, Origin: modules.Nobodys, Sureness: modules.NotKnown},
				{Name: "fetchmail", Verdict: modules.Merged, Origin: modules.FromOdoo, Edition: modules.Community, Becomes: "mail", Sureness: modules.Read, Reasons: []string{"15.0→16.0 merged into mail"}},
				{Name: "sale", Verdict: modules.Kept, Origin: modules.FromOdoo, Edition: modules.Community, Becomes: "sale", Sureness: modules.Listed},
			}, Database: &modules.Customisation{Unread: []string{"scheduled actions: denied"}, Effort: modules.Effort{Assisted: modules.Hours{Low: 1, High: 2}, Items: []modules.Item{{Measure: "database_views", Count: 3}}}}},
			{Odoo: "cloud", Coverage: estate.Failed},
		}}
}
