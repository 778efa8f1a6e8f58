package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestWindowEnd(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	dates := estate.Calendar{Timezone: "Europe/Berlin", Windows: []estate.Window{
		{Days: []string{"tue", "thu"}, From: "20:00", To: "23:30"}, {Days: []string{"sat"}, From: "22:00", To: "05:00"}, {Days: []string{"sat"}, From: "23:00", To: "04:00"}}}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, berlin) }
	for _, c := range []struct{ at, want time.Time }{
		{at(24, 19, 59), time.Time{}}, {at(24, 20, 0), at(24, 23, 30)}, {at(24, 23, 30), time.Time{}}, {at(25, 21, 0), time.Time{}},
		{at(28, 22, 30), at(29, 5, 0)}, {at(29, 4, 59), at(29, 5, 0)}, {at(29, 22, 30), time.Time{}},
		{at(28, 23, 30).UTC(), at(29, 5, 0)}, // the clocks change in that night
	} {
		require.True(t, c.want.Equal(windowEnd(dates, c.at)), "%s: %s", c.at, windowEnd(dates, c.at))
	}
	require.Zero(t, windowEnd(estate.Calendar{Timezone: "UTC"}, at(24, 21, 0)))
}
