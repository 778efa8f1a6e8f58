package solve_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/plan/solve"
)

// The promise for the largest estate: 2,000 workloads and 20,000 dependencies with circles and freezes.
const (
	longest  = 10 * time.Second
	mostHeap = 512 << 20
)

// large is that estate.
func large() shape {
	return shape{workloads: 2000, dependencies: 22_500, slots: 100, perSlot: 60, closures: 6, crossing: 20}
}

func BenchmarkSolve(b *testing.B) {
	p := madeUp(1, large())
	require.GreaterOrEqual(b, len(p.Dependencies), 20_000)
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		got, err := solve.Solve(p, solve.Steps)
		took := time.Since(start)
		require.NoError(b, err)
		require.NotNil(b, got.Solution)
		s := got.Solution
		b.ReportMetric(float64(s.Objective.Crossing), "crossing")
		b.ReportMetric(float64(s.Bound.Crossing), "crossing-bound")
		b.ReportMetric(float64(s.Objective.Finish), "finish-days")
		b.ReportMetric(float64(s.Bound.Finish), "finish-bound")
		require.Empty(b, newReferee(p).broken(s.Assignment()))
		require.Less(b, took, longest)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		require.Less(b, m.Sys, uint64(mostHeap), "memory taken from the system")
	}
}

// BenchmarkConflict is the same estate with a date that cannot be kept.
func BenchmarkConflict(b *testing.B) {
	p := madeUp(1, large())
	p.Slots = p.Slots[:20]
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		got, err := solve.Solve(p, solve.Steps)
		took := time.Since(start)
		require.NoError(b, err)
		require.NotNil(b, got.Conflict)
		require.True(b, got.Conflict.Proven)
		b.ReportMetric(float64(len(got.Conflict.Relaxations)), "constraints")
		require.Less(b, took, longest)
	}
}
