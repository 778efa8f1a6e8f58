package main

import (
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// windowEnd is when the maintenance window ends that a moment lies in, the latest where several overlap; the zero
// time when it lies in none, or none is stated. A window that ends no later than it begins ends on the next day.
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
			name := strings.ToLower(day.Weekday().String()[:3])
			from, to := clockOn(day, window.From, zone), clockOn(day, window.To, zone)
			if !to.After(from) {
				to = clockOn(day.AddDate(0, 0, 1), window.To, zone)
			}
			if slices.Contains(window.Days, name) && !at.Before(from) && at.Before(to) && to.After(latest) {
				latest = to
			}
		}
	}
	return latest
}

// clockOn is a time of day ("22:00") on a day; the day's first moment where the text is none.
func clockOn(day time.Time, text string, zone *time.Location) time.Time {
	clock, err := time.Parse("15:04", text)
	if err != nil {
		return day
	}
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
}
