package after

import "nightferry/internal/estate"

// Item is one thing to do after a service has moved, with what would show that it was done.
type Item struct {
	Service  string `yaml:"service" json:"service"`
	Wave     string `yaml:"wave" json:"wave"`
	Name     string `yaml:"name" json:"name"` // stable
	Due      string `yaml:"due" json:"due"`   // 2026-01-31, in the calendar's time zone
	Owner    string `yaml:"owner" json:"owner"`
	Ask      string `yaml:"ask" json:"ask"`
	Evidence string `yaml:"evidence" json:"evidence"` // what closes it
}

// errand is an item of every service, so many days after the night's end.
type errand struct {
	days                int
	name, ask, evidence string
}

func errands() []errand {
	const measured = "a baseline of the target, compared with that of the legacy before the night"
	return []errand{
		{1, "baseline-1", "measure the service's critical paths after the first day", measured},
		{7, "baseline-7", "measure them again after a week, with its jobs and reports", measured},
		{30, "baseline-30", "measure them again after a month, with its closing of accounts", measured},
		{30, "recovery-drill", "restore the service from the target's own backups, elsewhere, and take the time", "rows compared with the source of the backup; time and loss taken against RTO and RPO"},
		{30, "rightsizing", "size the target anew, from what it used", "samples of the target's hosts over 30 days: discover --watch"},
		{90, "access-recertification", "the owner confirms each person's and program's access to the target, and the rest is withdrawn", "the list of accounts and roles of the target, signed by the owner"},
	}
}

// Items lists what follows a service's last wave, in order of service and day. What is replaced or retired has no target
// of its own, and no such item.
func Items(in Input) []Item {
	var all []Item
	for _, m := range in.byName() {
		if m.From.IsZero() || m.Service.Disposition == estate.Replace {
			continue
		}
		for _, e := range errands() {
			all = append(all, Item{m.Service.Name, m.Wave, e.name, day(m.To, e.days), owner(m.Service), e.ask, e.evidence})
		}
	}
	return all
}
