package reports

import (
	"fmt"

	"nightferry/internal/estate"
)

// withSamples adds to the sheet of hosts what a watch showed of them. Where nobody watched, it stays as it is: columns
// of unknowns would say nothing.
func withSamples(s Sheet, in Input) Sheet {
	if len(in.Inventory.Samples.Hosts) == 0 {
		return s
	}
	s.Columns = append(s.Columns, Column{"Samples (missed)", 14}, Column{"Peers seen", 10}, Column{"CPU busy %: p50, p95, most (samples)", 26},
		Column{"Memory used, p95", 14}, Column{"Load: p50, p95, most (samples)", 26})
	for i, h := range in.Inventory.Hosts {
		found, watched := in.Inventory.Samples.Host(h.Name)
		if !watched {
			s.Rows[i] = pad(s.Rows[i], Cell{Kind: Missing, Text: "not watched"}, len(s.Columns))
			continue
		}
		peers := Count(len(found.Peers)).OrMore(found.PeersCut)
		if found.PeerSamples == 0 {
			peers = Cell{Kind: Missing, Text: "not known"}
		}
		memory := Cell{Kind: Missing, Text: "not known"}
		if p := found.Load.MemoryUsedBytes; p.Samples > 0 {
			memory = Bytes(int64(p.P95))
		}
		s.Rows[i] = append(s.Rows[i], Text(fmt.Sprintf("%d (%d)", found.Taken, found.Missed)), peers,
			spread(found.Load.CPUBusyPercent), memory, spread(found.Load.LoadAverage))
	}
	return s
}

// spread shows percentiles with the number of figures behind them: two figures say little, two thousand much.
func spread(p estate.Percentiles) Cell {
	if p.Samples == 0 {
		return Cell{Kind: Missing, Text: "not known"}
	}
	return Text(fmt.Sprintf("%.1f, %.1f, %.1f (%d)", p.P50, p.P95, p.Max, p.Samples))
}
