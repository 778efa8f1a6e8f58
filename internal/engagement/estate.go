package engagement

import (
	"fmt"
	"time"
	_ "time/tzdata" // time zones on machines that have none, such as Windows laptops

	"nightferry/internal/estate"
)

// Host returns the host of a name.
func (e *Engagement) Host(name string) (Host, bool) {
	for _, h := range e.Hosts {
		if h.Name == name {
			return h, true
		}
	}
	return Host{}, false
}

// Server returns the PostgreSQL server of a name.
func (e *Engagement) Server(name string) (Server, bool) {
	for _, s := range e.Databases {
		if s.Name == name {
			return s, true
		}
	}
	return Server{}, false
}

// OdooServer returns the Odoo server of a name.
func (e *Engagement) OdooServer(name string) (Odoo, bool) {
	for _, o := range e.Odoo {
		if o.Name == name {
			return o, true
		}
	}
	return Odoo{}, false
}

// Holds tells whether the leave is valid on a day.
func (a Authorisation) Holds(on Day) bool { return a.Date <= on && (a.Until == "" || on <= a.Until) }

// Declared returns the integrations that people declared, each with its line in engagement.yaml as evidence. A move
// says which database an Odoo has, before and after.
func (e *Engagement) Declared() []estate.Integration {
	var list []estate.Integration
	for i, d := range e.Integrations {
		evidence := e.Line(fmt.Sprintf("integrations[%d]", i))
		if d.Note != "" {
			evidence += " " + d.Note
		}
		one := estate.Integration{From: d.From, To: d.To, Protocol: d.Protocol, Port: d.Port, Kind: d.Kind, Direction: d.Direction, Owner: d.Owner,
			Encryption: d.Encryption, Authentication: d.Authentication, Declared: []string{evidence}}
		if d.Schedule != "" {
			one.Schedule = []string{d.Schedule + " (declared)"}
		}
		for _, class := range d.Data {
			one.Classes = append(one.Classes, estate.Crossing{Class: class, By: estate.ByDeclaration, Why: evidence})
		}
		list = append(list, one)
	}
	for i, m := range e.Target.Moves {
		for _, side := range []struct {
			estate.MoveEnd

			key string
		}{{m.From, "from"}, {m.To, "to"}} {
			if side.Host == "" || side.DatabaseHost == "" {
				continue
			}
			server, _ := e.Server(side.Server)
			list = append(list, estate.Integration{From: "host/" + side.Host, To: "host/" + side.DatabaseHost, Protocol: "postgresql", Port: server.Port, Planned: side.key == "to",
				Declared: []string{e.Line(fmt.Sprintf("target.moves[%d].%s", i, side.key)) + " database of " + m.Service}})
		}
	}
	return list
}

// Line names the place of a path such as "policy.start" in engagement.yaml, as "engagement.yaml:12".
func (e *Engagement) Line(path string) string {
	return fmt.Sprintf("%s:%d", FileName, e.file.Line(path))
}

// Dates is the calendar as the planner takes it: freezes from the first second of their first day to the last
// second of their last, in the calendar's time zone.
func (e *Engagement) Dates() estate.Calendar {
	zone, err := time.LoadLocation(e.Calendar.Timezone)
	if err != nil {
		zone = time.UTC // cannot be: the name was checked at load
	}
	dates := estate.Calendar{Timezone: zone.String(), Windows: e.Calendar.Windows}
	for i, f := range e.Calendar.Freezes {
		dates.Freezes = append(dates.Freezes, estate.Freeze{
			From: f.From.in(zone), To: f.To.in(zone).AddDate(0, 0, 1).Add(-time.Second), Reason: f.Reason,
			Where: e.Line(fmt.Sprintf("calendar.freezes[%d]", i)),
		})
	}
	return dates
}

// Day is a date as people write it, "2026-01-31"; empty when not stated. Days compare as text.
type Day string

// UnmarshalText takes a date that exists.
func (d *Day) UnmarshalText(text []byte) error {
	if _, err := time.Parse(time.DateOnly, string(text)); err != nil {
		return misfit{fmt.Sprintf("%.40q is not a date", text), "write it like 2026-01-31"}
	}
	*d = Day(text)
	return nil
}

// in is the first moment of the day in a time zone; the zero time when the day is not stated.
func (d Day) in(zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// misfit is an error that knows its mend.
type misfit struct{ text, mend string }

func (m misfit) Error() string { return m.text }
func (m misfit) Mend() string  { return m.mend }
