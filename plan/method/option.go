package method

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// options prices each method for a database.
func (c chooser) options(p Piece, server estate.PostgresServer, d estate.Database, move estate.Move, moved bool) []Option {
	target, known := c.server(move.To.Server)
	major := 0
	if moved && known && target.Version.Coverage.IsKnown() {
		major = target.Version.Value.Major()
	}
	var options []Option
	for _, m := range estate.MoveMethods(server, d, major) {
		if m.Method == estate.PhysicalReplication {
			m = c.standby(server, d, move, major)
		}
		o := Option{MethodChoice: m, FallBack: c.fallBack(m.Method, server, d, target, move)}
		if m.Restart != estate.No {
			o.Ahead = append(o.Ahead, restart(server.Name, m.Restart))
		}
		o.Ahead = append(o.Ahead, ahead(m.Method, p.Name)...)
		copying, comparing := c.spansOf(m.Method, p, o)
		_, basis, confidence := c.price(c.rates.Copy, p)
		if m.Method != estate.DumpRestore {
			basis, confidence = []string{fmt.Sprintf("%s: the copy is made before the night; what remains is assumed", p.Name)}, Low
		}
		_, compared, sure := c.price(c.rates.Compare, p)
		o.Downtime = Estimate{Confidence: worse(confidence, sure), Basis: append(basis, compared...)}
		night := copying.Plus(comparing)
		o.Downtime.Range = night
		for _, span := range Spans() {
			night = night.Plus(c.spans[span])
		}
		o.Meets = night.Within(c.service.RTO)
		options = append(options, o)
	}
	return options
}

// spansOf is how long a method's copy and its comparison take within the downtime.
func (c chooser) spansOf(method estate.MoveMethod, p Piece, o Option) (copying, comparing Range) {
	comparing = c.rates.Compare.lasting(p.SizeBytes, p.AtMost)
	comparing.Low += 5 * time.Second
	if !comparing.Unbounded {
		comparing.High += time.Minute
	}
	switch method {
	case estate.LogicalReplication:
		// Catch up, sequences and what is not replicated; rows that stood still were compared before.
		comparing.Low = time.Minute
		return Range{Low: 2 * time.Minute, High: 15 * time.Minute}, comparing
	case estate.PhysicalReplication:
		comparing.Low = time.Minute
		copying = Range{Low: time.Minute, High: 5 * time.Minute}
		if o.upgrades() {
			copying = copying.Plus(Range{Low: 5 * time.Minute, High: 30 * time.Minute}) // pg_upgrade --link, and ANALYZE
		}
		return copying, comparing
	}
	copying, _, _ = c.price(c.rates.Copy, p)
	return copying, comparing
}

// price is how long a piece takes at a rate, with what that rests on.
func (c chooser) price(r Rate, p Piece) (Range, []string, Confidence) {
	span := r.lasting(p.SizeBytes, p.AtMost)
	span.Low += begun().Low
	if !span.Unbounded {
		span.High += begun().High
	}
	basis := []string{r.Basis}
	switch {
	case p.SizeBytes >= 0:
		return span, append(basis, fmt.Sprintf("%s: %s", p.Name, bytes(p.SizeBytes))), r.Confidence
	case p.AtMost > 0:
		basis = append(basis, fmt.Sprintf("%s: its size is not known; %s", p.Name, p.Bound))
	default:
		basis = append(basis, p.Name+": its size is not known, and nothing bounds it")
	}
	return span, basis, Low
}

func bytes(n int64) string {
	switch {
	case n >= mega*1000:
		return fmt.Sprintf("%.3g GB", float64(n)/(mega*1000))
	case n >= mega:
		return fmt.Sprintf("%.3g MB", float64(n)/mega)
	}
	return fmt.Sprintf("%d bytes", n)
}

// restart is the change of the legacy server that only a restart makes, in a window of its own.
func restart(server string, needed estate.Answer) Ahead {
	a := Ahead{What: "set wal_level, max_replication_slots and max_wal_senders on " + server + ", and restart it", Outage: true,
		Why:  "it is taken only at a restart: never on the night itself, where a server that does not come back would end it",
		Undo: "put the earlier values back and restart once more; drop slots first, or the server will not start with fewer"}
	if needed == estate.NoIdea {
		a.Why += ". Whether it is needed could not be read: look first"
	}
	return a
}

// Slot is how the replication slot of a database is called: the night looks for it by this name.
func Slot(database string) string {
	name := "nightferry_" + strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(database), "_"), "_")
	return name[:min(len(name), 63)]
}

// ahead is what a method has to be done before the night.
func ahead(method estate.MoveMethod, name string) []Ahead {
	switch method {
	case estate.LogicalReplication:
		return []Ahead{
			{What: "give every table of " + name + " a replica identity, with lock_timeout 200ms and retries", Why: "published without one, a table refuses UPDATE and DELETE at once",
				Undo: "ALTER TABLE … REPLICA IDENTITY DEFAULT"},
			{What: "publish the tables of " + name + " by name, load the schema on the target, subscribe with slot_name = '" + Slot(name) + "', and wait for the first copy", Why: "the copy runs while people work",
				Undo: "drop the subscription, its slot on the legacy server, and the publication: a slot that is left behind fills the disk with WAL"},
		}
	case estate.PhysicalReplication:
		return []Ahead{{What: "make a standby of the server of " + name + " in the landing zone, with a slot, and wait until it has caught up", Why: "the copy runs while people work",
			Undo: "stop the standby and drop its slot on the legacy server: a slot that is left behind fills the disk with WAL"}}
	}
	return nil
}
