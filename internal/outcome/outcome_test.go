package outcome_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/outcome"
)

// foreign stands for an error type of another package that knows its own end.
type foreign struct{}

func (foreign) Error() string { return "three rows differ" }
func (foreign) ExitCode() int { return outcome.CodeFound }
func (foreign) Mend() string  { return "copy them again" }

func TestCode(t *testing.T) {
	t.Parallel()
	plain := errors.New("plain")
	tests := map[string]struct {
		err  error
		want int
	}{
		"nothing":                   {nil, 0},
		"unmarked":                  {plain, 1},
		"misused":                   {outcome.Misused(plain), 2},
		"found":                     {outcome.Found(plain), 3},
		"rolled back":               {outcome.RolledBack(plain), 4},
		"stopped":                   {outcome.Stopped(plain), 5},
		"interrupted":               {outcome.Interrupted(plain), 130},
		"wrapped":                   {fmt.Errorf("host erp-db: %w", outcome.Found(plain)), 3},
		"joined":                    {errors.Join(plain, outcome.Found(plain)), 3},
		"mended":                    {outcome.Mend(outcome.Stopped(plain), "sign gate 4"), 5},
		"outermost wins":            {outcome.Stopped(outcome.Misused(plain)), 5},
		"foreign":                   {fmt.Errorf("validate: %w", foreign{}), 3},
		"cancelled":                 {fmt.Errorf("dial: %w", context.Canceled), 130},
		"cancelled, but it says so": {outcome.Stopped(context.Canceled), 5},
		"deadline is a failure":     {context.DeadlineExceeded, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, outcome.Code(tt.err))
		})
	}
}

func TestMends(t *testing.T) {
	t.Parallel()
	plain := errors.New("plain")
	tests := map[string]struct {
		err  error
		want []string
	}{
		"nothing":        {nil, nil},
		"unmarked":       {plain, nil},
		"one":            {outcome.Mend(plain, "do this"), []string{"do this"}},
		"wrapped":        {fmt.Errorf("host: %w", outcome.Misused(outcome.Mend(plain, "do this"))), []string{"do this"}},
		"outermost wins": {outcome.Mend(outcome.Mend(plain, "inner"), "outer"), []string{"outer"}},
		"joined": {
			errors.Join(outcome.Mend(plain, "a"), plain, outcome.Mend(plain, "b"), outcome.Mend(plain, "a")),
			[]string{"a", "b"},
		},
		"foreign":          {fmt.Errorf("validate: %w", foreign{}), []string{"copy them again"}},
		"empty is not one": {outcome.Mend(outcome.Mend(plain, "inner"), ""), []string{"inner"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, outcome.Mends(tt.err))
		})
	}
}

func TestMarksKeepTheError(t *testing.T) {
	t.Parallel()
	plain := errors.New("plain")
	err := outcome.Mend(outcome.Found(plain), "do this")
	require.ErrorIs(t, err, plain)
	require.Equal(t, "plain", err.Error())
	for name, mark := range map[string]func(error) error{
		"Misused": outcome.Misused, "Found": outcome.Found, "RolledBack": outcome.RolledBack,
		"Stopped": outcome.Stopped, "Interrupted": outcome.Interrupted,
		"Mend": func(err error) error { return outcome.Mend(err, "x") },
	} {
		require.NoError(t, mark(nil), name)
	}
}
