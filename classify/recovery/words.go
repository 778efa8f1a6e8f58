package recovery

import (
	"fmt"
	"time"
)

// Words tells a range to people; all is what they call it where nothing comes back.
func (r Range) Words(all string) string {
	switch {
	case r.All:
		return all
	case r.Low == nil && r.High == nil:
		return "unknown"
	case r.High == nil:
		return "at least " + length(*r.Low)
	case r.Low == nil:
		return "at most " + length(*r.High)
	case *r.Low == *r.High:
		return length(*r.Low)
	}
	return length(*r.Low) + " to " + length(*r.High)
}

func length(seconds int64) string { return Length(time.Duration(seconds) * time.Second) }

// Length is a time in its two largest units, as people say it.
func Length(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d >= day && d%day >= time.Hour:
		return fmt.Sprintf("%d d %d h", d/day, d%day/time.Hour)
	case d >= day:
		return fmt.Sprintf("%d d", d/day)
	case d >= time.Hour && d%time.Hour >= time.Minute:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}
