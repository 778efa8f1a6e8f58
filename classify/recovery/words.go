package recovery

import (
	"fmt"
	"time"
)

// Words tells a range to people; all is what they call it where nothing comes back.
func (a Range) Words(all string) string {
	switch {
	case a.All:
		return all
	case a.Low == nil && a.High == nil:
		return "unknown"
	case a.High == nil:
		return "at least " + length(*a.Low)
	case a.Low == nil:
		return "at most " + length(*a.High)
	case *a.Low == *a.High:
		return length(*a.Low)
	}
	return length(*a.Low) + " to " + length(*a.High)
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
