package reports_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/reports"
	"nightferry/reports/reportstest"
)

// TestWatchedHosts: percentiles come with the number behind them, and who was not watched is not idle.
func TestWatchedHosts(t *testing.T) {
	t.Parallel()
	hosts := func(in reports.Input) reports.Sheet {
		sheets := reports.Build(in).Sheets
		i := slices.IndexFunc(sheets, func(s reports.Sheet) bool { return s.Name == "Hosts" })
		require.GreaterOrEqual(t, i, 0)
		return sheets[i]
	}
	in := reportstest.Clinic()
	plain := hosts(in)
	name := func(i int) string { return in.Inventory.Hosts[i].Name }
	in.Inventory.Samples.Hosts = []estate.HostSamples{
		{Name: name(0), Sampling: estate.Sampling{Taken: 2014, Missed: 2}, PeerSamples: 2014, Peers: make([]estate.Peer, 31), Load: estate.HostLoad{
			CPUBusyPercent:  estate.Percentiles{Samples: 2013, P50: 3, P90: 9, P95: 12.4, P99: 30, Max: 44},
			MemoryUsedBytes: estate.Percentiles{Samples: 2014, P95: 3e9},
		}},
		{Name: name(1), Sampling: estate.Sampling{Missed: 2016}},
	}
	sheet := hosts(in)
	more := len(plain.Columns)
	require.Len(t, sheet.Columns, more+5)
	for _, row := range sheet.Rows {
		require.Len(t, row, len(sheet.Columns))
	}
	require.Equal(t, []reports.Cell{reports.Text("2014 (2)"), reports.Count(31), reports.Text("3.0, 12.4, 44.0 (2013)"), reports.Bytes(3e9), {Kind: reports.Missing, Text: "not known"}}, sheet.Rows[0][more:])
	for _, cell := range sheet.Rows[1][more+1:] {
		require.Equal(t, reports.Missing, cell.Kind, "a host that never answered")
	}
	for _, cell := range sheet.Rows[2][more:] {
		require.Equal(t, reports.Cell{Kind: reports.Missing, Text: "not watched"}, cell)
	}
}
