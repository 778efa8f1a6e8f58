package problem

import (
	"slices"
	"strings"
	"time"
)

// Kind of a constraint.
type Kind string

// The kinds; the package's comment says what each asks.
const (
	Environment Kind = "environment"
	Depends     Kind = "dependency"
	Grouped     Kind = "group"
	Proven      Kind = "proof"
	Freeze      Kind = "freeze"
	Calendar    Kind = "calendar"
	Window      Kind = "window"
	Downtime    Kind = "downtime"
	RTO         Kind = "rto"
	Limit       Kind = "limit"
	Regulated   Kind = "regulated"
	Smallest    Kind = "smallest"
	Pinned      Kind = "pin"
)

// ID names one constraint, the same in plans, conflicts, waivers and reasons: its kind and what it binds.
type ID string

// Kind is the ID's first part.
func (id ID) Kind() Kind {
	kind, _, _ := strings.Cut(string(id), ":")
	return Kind(kind)
}

// The IDs that are not of one workload or dependency.
const (
	Environments   ID = "environment"
	LimitWorkloads ID = "limit:workloads"
	LimitBytes     ID = "limit:bytes"
	LimitCrews     ID = "limit:crews"
)

// ID of the dependency's order.
func (d Dependency) ID() ID { return ID(string(Depends) + ":" + d.From + "→" + d.To) }

// ID of the proof.
func (p Proof) ID() ID { return ID(string(Proven) + ":" + p.NonProduction + "→" + p.Production) }

// ID of the closure.
func (c Closure) ID() ID { return ID(string(c.Kind) + ":" + c.Name) }

// ID of the pin: its workload with its bounds, so that several on one workload differ.
func (p Pin) ID() ID {
	id := string(Pinned) + ":" + p.Workload
	switch {
	case !p.NotBefore.IsZero() && p.NotBefore.Equal(p.NotAfter):
		return ID(id + "@" + p.NotBefore.Format(time.RFC3339))
	case !p.NotBefore.IsZero() && !p.NotAfter.IsZero():
		return ID(id + "@" + p.NotBefore.Format(time.RFC3339) + "/" + p.NotAfter.Format(time.RFC3339))
	case !p.NotBefore.IsZero():
		return ID(id + "@" + p.NotBefore.Format(time.RFC3339) + "/")
	}
	return ID(id + "@/" + p.NotAfter.Format(time.RFC3339))
}

// Of is the ID of a constraint of one workload or group: window, downtime, rto, regulated, smallest, group.
func Of(kind Kind, name string) ID { return ID(string(kind) + ":" + name) }

// IDs lists every constraint of the problem, sorted: those that hold and those that are waived.
func (p Problem) IDs() []ID {
	ids := []ID{Environments}
	for _, l := range []struct {
		on bool
		id ID
	}{{p.Limits.Workloads > 0, LimitWorkloads}, {p.Limits.Bytes > 0, LimitBytes}, {p.Limits.Crews > 0, LimitCrews}} {
		if l.on {
			ids = append(ids, l.id)
		}
	}
	for _, w := range p.Workloads {
		ids = append(ids, w.ids()...)
	}
	vanguard := p.Vanguard()
	for _, name := range vanguard.Behind {
		ids = append(ids, Of(vanguard.Rule, name))
	}
	for _, d := range p.Dependencies {
		if !d.MayCross {
			ids = append(ids, d.ID())
		}
	}
	for _, proof := range p.Proofs {
		ids = append(ids, proof.ID())
	}
	for _, c := range p.Closures {
		ids = append(ids, c.ID())
	}
	for _, pin := range p.Pins {
		ids = append(ids, pin.ID())
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (w Workload) ids() []ID {
	var ids []ID
	if len(w.Windows) > 0 {
		ids = append(ids, Of(Window, w.Name))
	}
	if w.Downtime.High >= 0 {
		ids = append(ids, Of(Downtime, w.Name))
		if w.RTOMinutes > 0 {
			ids = append(ids, Of(RTO, w.Name))
		}
	}
	if w.Group != "" {
		ids = append(ids, Of(Grouped, w.Group))
	}
	return ids
}

// Bytes is what the workload counts for against the limit.
func (p Problem) Bytes(w Workload) int64 {
	if w.SizeBytes < 0 {
		return p.Limits.UnknownBytes
	}
	return w.SizeBytes
}
