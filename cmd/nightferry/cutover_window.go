package main

import (
	"time"

	"nightferry/internal/estate"
)

// windowEnd is when the maintenance window ends that a moment lies in, the latest where several overlap; the zero
// time when it lies in none, or none is stated.
func windowEnd(dates estate.Calendar, at time.Time) time.Time {
	zone, err := time.LoadLocation(dates.Timezone)
	if err != nil {
		return time.Time{}
	}
	var latest time.Time
	local := at.In(zone)
	for _, window := range dates.Windows {
		for _, before := range []int{0, 1} { // a window of yesterday may reach into today
			day := time.Date(local.Year(), local.Month(), local.Day()-before, 0, 0, 0, 0, zone)
			if from, to, begins := window.On(day); begins && !at.Before(from) && at.Before(to) && to.After(latest) {
				latest = to
			}
		}
	}
	return latest
}
