package action_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/cutover/action"
	"nightferry/internal/estate"
	"nightferry/internal/expr"
	"nightferry/internal/runbook"
)

func measuring(ctx context.Context, t *testing.T, handler http.HandlerFunc, samples int) (cutover.Result, error) {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	defer server.Close()
	act, err := (&action.Registry{Web: onlyWeb{server.Client()}}).Action(runbook.Step{ID: "m", Kind: "https.measure",
		With: map[string]any{"url": server.URL + "/web/login", "contains": "login", "samples": samples}})
	require.NoError(t, err)
	require.False(t, act.Reversible())
	return act.Do(ctx, cutover.Attempt{Output: io.Discard})
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	result, err := measuring(t.Context(), t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1)%10 == 5 { // four of the forty-one
			w.WriteHeader(http.StatusBadGateway)
		}
		io.WriteString(w, "login")
	}, 40)
	require.NoError(t, err)
	require.Equal(t, int64(41), asked.Load(), "one to set the connection up")
	require.Equal(t, expr.Int(36), result.Facts["samples"])
	require.Equal(t, expr.Int(4), result.Facts["failed"])
	require.Equal(t, expr.TypeDuration, result.Facts["p95"].Type())
	program, err := expr.Compile("m.p50 <= m.p95 and m.p95 > 0s and m.p95 < 1m", expr.Schema{"m.p50": expr.TypeDuration, "m.p95": expr.TypeDuration})
	require.NoError(t, err)
	require.Equal(t, expr.Pass, program.Judge(expr.Facts{"m.p50": result.Facts["p50"], "m.p95": result.Facts["p95"]}))
}

func TestTooFewAnswersAreNoBaseline(t *testing.T) {
	t.Parallel()
	result, err := measuring(t.Context(), t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "login")
	}, 19)
	require.NoError(t, err)
	require.Equal(t, expr.Int(19), result.Facts["samples"])
	require.Equal(t, estate.Failed, result.Facts["p95"].Coverage())
}

func TestMeasureEndsWithItsDeadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var asked atomic.Int64
	_, err := measuring(ctx, t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 3 {
			cancel()
		}
		io.WriteString(w, "login")
	}, 40)
	require.ErrorContains(t, err, "of 40 answers came within the deadline")
}

// TestWordsHaveNoEffect shows that what people state changes nothing, and is asked again after a crash.
func TestWordsHaveNoEffect(t *testing.T) {
	t.Parallel()
	for kind, with := range map[string]map[string]any{
		"attest": {"by": "Probefrau", "statement": "the wards work on paper", "items": []any{"ward 1", "ward 2; with its annex"}, "counts": []any{"forms"}},
		"notice": {"to": []any{"users"}, "by": "service desk", "text": "The ERP is down until 02:00."},
	} {
		require.Empty(t, faults(t, kind, with))
		require.True(t, action.Kinds()[kind].Asks)
		act, err := (&action.Registry{}).Action(runbook.Step{ID: "w", Kind: kind, With: with})
		require.NoError(t, err)
		memo, err := act.Check(t.Context(), cutover.Attempt{})
		require.NoError(t, err)
		require.Empty(t, memo)
		result, err := act.Do(t.Context(), cutover.Attempt{})
		require.NoError(t, err)
		require.Empty(t, result.Facts)
		require.NoError(t, act.Verify(t.Context(), cutover.Attempt{}))
		answer, err := act.Probe(t.Context(), cutover.Attempt{})
		require.NoError(t, err)
		require.Equal(t, cutover.ProbeNotDone, answer)
		require.NoError(t, act.Undo(t.Context(), cutover.Attempt{}))
		require.False(t, act.Reversible())
	}
	require.Equal(t, []string{"by is missing", "statement is missing"}, faults(t, "attest", nil))
	require.Equal(t, []string{"by is missing", "text is missing", "to is not a list of words"}, faults(t, "notice", map[string]any{"to": "users"}))
}
