package action

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"nightferry/cutover"
	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

const (
	measureSamples = 40 // when the step does not say
	measureLeast   = 20 // of fewer answers, nineteen in twenty says nothing
	measurePause   = 50 * time.Millisecond
)

func measureFields() []field { return append(probeFields(), field{"samples", shapeNumber, true}) }

func measureFacts() expr.Schema {
	return expr.Schema{"samples": expr.TypeInt, "failed": expr.TypeInt, "p50": expr.TypeDuration, "p95": expr.TypeDuration}
}

// measurement asks a critical path of a service again and again and leaves how long it took: the baseline before the move,
// and what is held against it after.
type measurement struct {
	probe

	samples int
}

func newMeasurement(r *Registry, f fields) cutover.Action {
	m := &measurement{probe: *probeOf(r, f), samples: measureSamples}
	if n, given := f.numbers["samples"]; given {
		m.samples = n
	}
	return m
}

// Do asks once to set the connection up, and then as often as was ordered. Answers that are wrong are counted and not timed.
func (m *measurement) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	address, err := url.Parse(m.address)
	if err != nil {
		return cutover.Result{}, refuse("correct url in the runbook", "the address cannot be read")
	}
	client, err := m.web.HTTP(address)
	if err != nil {
		return cutover.Result{}, err
	}
	if _, err := m.ask(ctx, client); err != nil {
		return cutover.Result{}, err
	}
	took, failed, err := m.sample(ctx, client, a)
	if err != nil {
		return cutover.Result{}, err
	}
	return cutover.Result{Facts: expr.Facts{"samples": expr.Int(int64(len(took))), "failed": expr.Int(int64(failed)),
		"p50": percentile(took, 50), "p95": percentile(took, 95)}}, nil
}

func (m *measurement) sample(ctx context.Context, client *http.Client, a cutover.Attempt) (took []time.Duration, failed int, err error) {
	pause := time.NewTicker(measurePause)
	defer pause.Stop()
	for range m.samples {
		elapsed, err := m.ask(ctx, client)
		switch {
		case ctx.Err() != nil:
			return nil, 0, refuse("give the step a longer deadline, or fewer samples", "only %d of %d answers came within the deadline", len(took), m.samples)
		case err != nil:
			failed++
			fmt.Fprintln(a.Output, err)
		default:
			took = append(took, elapsed)
		}
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
	}
	return took, failed, nil
}

// percentile is the time within which so many in a hundred answers came, by nearest rank. Of too few it is not known.
func percentile(took []time.Duration, hundredths int) expr.Value {
	if len(took) < measureLeast {
		return expr.Missing(estate.Failed)
	}
	sorted := slices.Sorted(slices.Values(took))
	return expr.Duration(sorted[(len(sorted)*hundredths+99)/100-1])
}
