package engagement

import (
	"fmt"
	"strings"

	"nightferry/internal/yamlfile"
)

// policy checks what the engagement demands of the plan.
func (c *checker) policy() {
	p := c.e.Policy
	for _, limit := range []struct {
		key string
		n   int
	}{
		{"max_services_per_wave", p.MaxServicesPerWave}, {"max_gigabytes_per_wave", p.MaxGigabytesPerWave}, {"max_crews_per_wave", p.MaxCrewsPerWave},
		{"non_production_days_before", p.NonProductionDaysBefore}, {"horizon_days", p.HorizonDays},
	} {
		if limit.n < 0 {
			c.f.Fault("policy."+limit.key, "less than none", "write 0 for no limit")
		}
	}
	if p.HorizonDays > 3660 {
		c.f.Fault("policy.horizon_days", "more than ten years", "write the days that a plan may take, such as 365")
	}
	if p.Start != "" && new(Day).UnmarshalText([]byte(p.Start)) != nil {
		c.f.Fault("policy.start", fmt.Sprintf("%.40q is not a date", p.Start), "write it like 2026-01-31")
	}
	for i, m := range p.MayCross {
		at := fmt.Sprintf("policy.may_cross[%d]", i)
		c.required(at+".from", m.From, "a passage from nowhere", "add from: SERVICE")
		c.required(at+".to", m.To, "a passage to nowhere", "add to: SERVICE, which it needs")
		c.known(at+".from", "service", m.From, c.services)
		c.known(at+".to", "service", m.To, c.services)
		c.required(at+".by", m.By, "nobody says that it may", "add by: NAME, ROLE")
		c.required(at+".reason", m.Reason, "it does not say why it may", "add reason: why the way between the sites is borne")
	}
}

// checkPins tells what a pin or a waiver lacks. Nobody binds or frees a plan without a name, a reason and a day.
func checkPins(file *yamlfile.File, o Overrides) {
	for i, p := range o.Pins {
		at := fmt.Sprintf("pins[%d]", i)
		needs(file, at, "a pin", map[string]string{"service": p.Service, "by": p.By, "reason": p.Reason, "date": p.Date})
		if p.NotBefore == "" && p.NotAfter == "" {
			file.Fault(at, "a pin that binds nothing", "add not_before: or not_after:, like 2026-01-31")
		}
		for _, day := range []struct{ key, text string }{{"not_before", p.NotBefore}, {"not_after", p.NotAfter}, {"date", p.Date}} {
			if day.text != "" && new(Day).UnmarshalText([]byte(day.text)) != nil {
				file.Fault(at+"."+day.key, fmt.Sprintf("%.40q is not a date", day.text), "write it like 2026-01-31")
			}
		}
		if p.NotBefore != "" && p.NotAfter != "" && p.NotAfter < p.NotBefore {
			file.Fault(at+".not_after", "it ends before it begins", "")
		}
	}
	for i, w := range o.PlanWaivers {
		at := fmt.Sprintf("plan_waivers[%d]", i)
		needs(file, at, "a waiver", map[string]string{"constraint": w.Constraint, "by": w.By, "reason": w.Reason, "date": w.Date})
		if w.Date != "" && new(Day).UnmarshalText([]byte(w.Date)) != nil {
			file.Fault(at+".date", fmt.Sprintf("%.40q is not a date", w.Date), "write it like 2026-01-31")
		}
	}
}

// needs tells which fields of an entry are empty, in the order of their names.
func needs(file *yamlfile.File, at, what string, fields map[string]string) {
	for _, key := range []string{"by", "constraint", "date", "reason", "service"} {
		if value, wanted := fields[key]; wanted && strings.TrimSpace(value) == "" {
			file.Fault(at+"."+key, what+" without "+key, "add "+key+":")
		}
	}
}
