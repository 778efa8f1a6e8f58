package solve_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
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
		require.Empty(b, broken(p, s.Assignment()))
		require.Less(b, took, longest)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		require.Less(b, m.Sys, uint64(mostHeap), "memory taken from the system")
	}
}

// BenchmarkConflict is the same estate with a circle of dependencies that is larger than a wave.
func BenchmarkConflict(b *testing.B) {
	p := madeUp(1, large())
	names := named(p, estate.Production)[:80]
	for i, name := range names {
		p.Dependencies = slices.DeleteFunc(p.Dependencies, func(d problem.Dependency) bool { return d.From == name && d.To == names[(i+1)%80] })
		p.Dependencies = append(p.Dependencies, problem.Dependency{From: name, To: names[(i+1)%80], Weight: 1})
	}
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

// BenchmarkAgainstEverything solves 500 small problems as well as trying everything does, each of them.
func BenchmarkAgainstEverything(b *testing.B) {
	for b.Loop() {
		againstEverything(b, 500)
	}
}
