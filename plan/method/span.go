package method

import "time"

// Span is a stretch of the night.
type Span string

// The spans in their order. Copies of a service's pieces run beside each other.
const (
	SpanFreeze  Span = "freeze"  // stop the service, hold and drain its interfaces
	SpanCopy    Span = "copy"    // bring databases and files over
	SpanCompare Span = "compare" // prove that they are the same
	SpanDecide  Span = "decide"  // roll call, go or no-go
	SpanSwitch  Span = "switch"  // redirect, start on the target
	SpanProve   Span = "prove"   // baselines, smoke tests, monitoring, first backup of the target
	SpanOpen    Span = "open"    // let users in
)

// Spans lists them in order.
func Spans() []Span {
	return []Span{SpanFreeze, SpanCopy, SpanCompare, SpanDecide, SpanSwitch, SpanProve, SpanOpen}
}

// people is how long the parts take that people do: nobody has measured those, so the ranges are wide.
func people(production bool) map[Span]Range {
	if production {
		return map[Span]Range{
			SpanFreeze: {Low: 5 * time.Minute, High: 25 * time.Minute},
			SpanDecide: {Low: 5 * time.Minute, High: 25 * time.Minute},
			SpanSwitch: {Low: 3 * time.Minute, High: 15 * time.Minute},
			SpanProve:  {Low: 15 * time.Minute, High: 60 * time.Minute},
			SpanOpen:   {Low: 2 * time.Minute, High: 10 * time.Minute},
		}
	}
	return map[Span]Range{
		SpanFreeze: {Low: 10 * time.Second, High: time.Minute},
		SpanDecide: {Low: time.Minute, High: 10 * time.Minute},
		SpanSwitch: {Low: 20 * time.Second, High: 2 * time.Minute},
		SpanProve:  {Low: 20 * time.Second, High: 5 * time.Minute},
		SpanOpen:   {Low: 10 * time.Second, High: time.Minute},
	}
}

// back is how long the way back takes before the point of no return: the legacy side was stopped, and nothing else.
func back(production bool) Range {
	if production {
		return Range{Low: 5 * time.Minute, High: 20 * time.Minute}
	}
	return Range{Low: 30 * time.Second, High: 5 * time.Minute}
}

// Overheads of a copy that do not depend on its size.
func begun() Range { return Range{Low: 10 * time.Second, High: 2 * time.Minute} }
