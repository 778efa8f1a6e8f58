package discover_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover"
	"nightferry/internal/estate"
)

// looks is a Sink of looks in memory.
type looks struct {
	saved []estate.HostLook
	full  error
}

func (l *looks) Has(discover.Target) bool { return true } // a look is taken all the same

func (l *looks) Save(a discover.Asset) error {
	if l.full != nil {
		return l.full
	}
	l.saved = append(l.saved, *a.HostLook)
	return nil
}

// at lists when looks were due, as time since they began, and whether they were answered.
func (l *looks) at(began time.Time) []string {
	var found []string
	for _, look := range l.saved {
		found = append(found, strings.TrimSpace(look.Collected.At.Sub(began).String()+" "+strings.TrimPrefix(string(look.Collected.Coverage), "known")))
	}
	return found
}

// lookTarget takes a look by collect, which gets the number of the look.
func lookTarget(collect func(ctx context.Context, look int) estate.Coverage) discover.Target {
	var n atomic.Int64
	return discover.Target{Kind: discover.KindHost, Name: "erp-db", Light: true, Collect: func(ctx context.Context, _ func(string)) discover.Asset {
		look := int(n.Add(1))
		return discover.Asset{HostLook: &estate.HostLook{Name: "erp-db", Collected: estate.Collection{At: time.Now(), Coverage: collect(ctx, look)}}}
	}}
}

func takes(time.Duration) func(context.Context, int) estate.Coverage {
	return func(context.Context, int) estate.Coverage { return estate.Known }
}

// watch runs in a time of its own, in which waiting takes none.
func watch(ctx context.Context, schedule discover.Schedule, sink discover.Sink, events func(discover.Event), targets ...discover.Target) (discover.Summary, error) {
	return discover.Watch(ctx, targets, schedule, discover.Options{Clock: time.Now}, sink, events)
}

func TestWatchKeepsItsSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var kept looks
		summary, err := watch(t.Context(), discover.Schedule{Began: began, Every: 5 * time.Minute, For: 30 * time.Minute}, &kept, nil, lookTarget(func(context.Context, int) estate.Coverage {
			<-time.After(17 * time.Second) // of the bubble
			return estate.Known
		}))
		require.NoError(t, err)
		require.Equal(t, []string{"0s", "5m0s", "10m0s", "15m0s", "20m0s", "25m0s"}, kept.at(began), "how long a look takes shifts nothing")
		require.Equal(t, 6, summary.Read)
	})
}

func TestWatchGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now().Add(-12 * time.Minute)
		var kept looks
		_, err := watch(t.Context(), discover.Schedule{Began: began, Every: 5 * time.Minute, For: 30 * time.Minute}, &kept, nil, lookTarget(takes(0)))
		require.NoError(t, err)
		require.Equal(t, []string{"15m0s", "20m0s", "25m0s"}, kept.at(began), "the period counts from the first sample")

		kept = looks{}
		<-time.After(time.Second) // of the bubble
		_, err = watch(t.Context(), discover.Schedule{Began: began, Every: 5 * time.Minute, For: 30 * time.Minute}, &kept, nil, lookTarget(takes(0)))
		require.NoError(t, err)
		require.Empty(t, kept.saved, "it is over")
	})
}

// TestWatchThatIsLate: what cannot be done in time is left out and told, not made up for.
func TestWatchThatIsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var kept looks
		var late []int
		_, err := watch(t.Context(), discover.Schedule{Began: began, Every: 10 * time.Second, For: time.Minute}, &kept, func(e discover.Event) {
			if e.Kind == discover.Sampled {
				late = append(late, e.Late)
			}
		}, lookTarget(func(ctx context.Context, look int) estate.Coverage {
			if look == 2 {
				<-time.After(25 * time.Second) // minds no deadline
			}
			return estate.Known
		}))
		require.NoError(t, err)
		require.Equal(t, []string{"0s", "10s timeout", "20s", "30s", "40s", "50s"}, kept.at(began), "a look that overruns is given up when the next is due")
		require.Equal(t, []int{0, 0, 0, 0, 0, 0}, late)
	})
	synctest.Test(t, func(t *testing.T) {
		// The computer sleeps for 33 seconds while the watch waits for its third round: the wall clock jumps, timers do not.
		began, slept := time.Now(), time.Duration(0)
		clock := func() time.Time {
			if time.Since(began) > 15*time.Second {
				slept = 33 * time.Second
			}
			return time.Now().Add(slept)
		}
		var kept looks
		var late []int
		_, err := discover.Watch(t.Context(), []discover.Target{lookTarget(takes(0))}, discover.Schedule{Began: began, Every: 10 * time.Second, For: 90 * time.Second},
			discover.Options{Clock: clock}, &kept, func(e discover.Event) {
				if e.Kind == discover.Sampled {
					late = append(late, e.Late)
				}
			})
		require.NoError(t, err)
		require.Equal(t, []string{"0s", "10s", "1m0s", "1m10s", "1m20s"}, kept.at(began), "no look is dated before it was taken")
		require.Equal(t, []int{0, 0, 4, 0, 0}, late)
	})
}

func TestWatchTellsWhatChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := []estate.Coverage{estate.Known, estate.Failed, estate.Failed, estate.Known, estate.Known}
		var kept looks
		var told []string
		var text, asJSON bytes.Buffer
		plain, lines := discover.Plain(&text), discover.JSONLines(&asJSON)
		summary, err := watch(t.Context(), discover.Schedule{Began: time.Now(), Every: 10 * time.Second, For: 50 * time.Second}, &kept, func(e discover.Event) {
			told = append(told, strings.TrimSpace(string(e.Kind)+" "+string(e.Coverage)))
			plain(e)
			lines(e)
		}, lookTarget(func(_ context.Context, look int) estate.Coverage { return answers[look-1] }))
		require.NoError(t, err)
		require.Equal(t, []string{"begun", "sampled", "finished failed", "sampled", "sampled", "finished known", "sampled", "sampled", "done"}, told)
		require.Equal(t, 3, summary.Read)
		require.Equal(t, 2, summary.Missing)
		require.Contains(t, text.String(), "2000-01-01 00:00:10Z  ✗ host/erp-db  failed")
		require.Contains(t, text.String(), "2000-01-01 00:00:10Z  round 2 of 5: 0 of 1 answered")
		require.Contains(t, text.String(), "the watch is over: 3 looks, 2 missed")
		for line := range strings.Lines(asJSON.String()) {
			var event struct {
				Version int `json:"version"`
			}
			require.NoError(t, json.Unmarshal([]byte(line), &event))
			require.Equal(t, 1, event.Version)
		}
		require.Contains(t, asJSON.String(), `"round":2,"rounds":5,"next":"2000-01-01T00:00:20Z"`)
	})
}

func TestWatchIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var kept looks
		_, err := watch(ctx, discover.Schedule{Began: time.Now(), Every: 10 * time.Second, For: time.Hour}, &kept, nil, lookTarget(func(_ context.Context, look int) estate.Coverage {
			if look == 3 {
				cancel()
			}
			return estate.Known
		}))
		require.ErrorIs(t, err, context.Canceled)
		require.Len(t, kept.saved, 2, "the look under way is not kept")

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(15*time.Second, cancel) // while it waits
		_, err = watch(ctx, discover.Schedule{Began: time.Now(), Every: 10 * time.Second, For: time.Hour}, &kept, nil, lookTarget(takes(0)))
		require.ErrorIs(t, err, context.Canceled)

		full := errors.New("disk full")
		_, err = watch(t.Context(), discover.Schedule{Began: time.Now(), Every: 10 * time.Second, For: time.Hour}, &looks{full: full}, nil, lookTarget(takes(0)))
		require.ErrorIs(t, err, full, "there is no use in looking at what cannot be kept")
	})
}

// TestLookThatBreaksOff: in the place of a look that panics or returns nothing stands one that was not answered.
func TestLookThatBreaksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, kind := range []discover.Kind{discover.KindHost, discover.KindPostgres} {
			var saved []discover.Asset
			_, err := watch(t.Context(), discover.Schedule{Began: time.Now(), Every: 10 * time.Second, For: 10 * time.Second}, saver(func(a discover.Asset) { saved = append(saved, a) }), nil,
				discover.Target{Kind: kind, Name: "x", Light: true, Collect: func(context.Context, func(string)) discover.Asset { panic("Quarzling") }})
			require.NoError(t, err)
			require.Len(t, saved, 1)
			require.Equal(t, estate.Failed, saved[0].Collected().Coverage)
			require.Equal(t, kind == discover.KindHost, saved[0].HostLook != nil)
			require.Equal(t, kind == discover.KindPostgres, saved[0].PostgresLook != nil)
		}
	})
}

type saver func(discover.Asset)

func (saver) Has(discover.Target) bool { return false }

func (s saver) Save(a discover.Asset) error {
	s(a)
	return nil
}

// TestNightlyPartnerIsFound: whoever is connected for two minutes every night, at whatever second, is looked at within
// three nights, though the time between two looks divides the day.
func TestNightlyPartnerIsFound(t *testing.T) {
	t.Parallel()
	const every, stays, nights = 5 * time.Minute, 2 * time.Minute, 3
	s := discover.Schedule{Began: time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC), Every: every, For: 7 * 24 * time.Hour}
	seen := map[int]bool{} // seconds of the day, since Began, at which a call would be seen
	for round := range s.Rounds() {
		since := int(s.Due(round).Sub(s.Began) / time.Second)
		if since >= (nights+1)*86400 {
			break
		}
		for second := since - int(stays/time.Second) + 1; second <= since; second++ {
			seen[(second+86400)%86400] = true
		}
	}
	require.Len(t, seen, 86400)
	require.Equal(t, 2016, s.Rounds())
}

// TestScheduleAfter: rounds follow one another, and the next is always the first that is not over.
func TestScheduleAfter(t *testing.T) {
	t.Parallel()
	s := discover.Schedule{Began: time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC), Every: 7 * time.Minute, For: 10 * 24 * time.Hour}
	require.Zero(t, s.After(s.Began.Add(-time.Hour)))
	for round := range s.Rounds() {
		due := s.Due(round)
		require.Equal(t, round, s.After(due))
		require.Equal(t, round+1, s.After(due.Add(time.Second)))
		require.Zero(t, due.Nanosecond())
		apart := s.Due(round + 1).Sub(due)
		require.GreaterOrEqual(t, apart, s.Every/2)
		require.Less(t, apart, 2*s.Every, "the day's shift is no missed round")
	}
}

func TestOurs(t *testing.T) {
	t.Parallel()
	var none *discover.Ours
	end := netip.MustParseAddrPort("10.0.0.5:40000")
	none.Add(end)
	require.False(t, none.Has(end))
	began := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	require.False(t, none.MayBeEarlier(began, "bastion", end.Addr()))
	ours := discover.NewOurs(began, "bastion")
	ours.Add(netip.AddrPort{})
	ours.Add(netip.MustParseAddrPort("[::ffff:10.0.0.5]:40000"))
	require.True(t, ours.Has(end))
	require.False(t, ours.Has(netip.MustParseAddrPort("10.0.0.5:40001")))
	require.True(t, ours.MayBeEarlier(began, "erp-db", end.Addr()), "from where we come")
	require.True(t, ours.MayBeEarlier(began, "bastion", netip.MustParseAddr("192.0.2.1")), "on a jump host")
	require.False(t, ours.MayBeEarlier(began, "erp-db", netip.MustParseAddr("192.0.2.1")))
	require.False(t, ours.MayBeEarlier(began.Add(2*time.Minute), "bastion", end.Addr()), "no longer remembered")
}

// TestLiveWatch: one line that is drawn over, and what changes above it.
func TestLiveWatch(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	live := discover.NewLive(&screen, 100, 10)
	at := time.Date(2026, 3, 1, 2, 10, 0, 0, time.UTC)
	live.Tell(discover.Event{Kind: discover.Begun, At: at, Targets: 2, Rounds: 9})
	live.Tell(discover.Event{Kind: discover.Sampled, At: at, Round: 1, Rounds: 9, Next: at.Add(time.Minute), Summary: &discover.Summary{Read: 2}})
	live.Tell(discover.Event{Kind: discover.Finished, At: at, Round: 2, Target: "host/x", Coverage: estate.Timeout, Problem: "it does not answer"})
	live.Tell(discover.Event{Kind: discover.Sampled, At: at, Round: 2, Rounds: 9, Summary: &discover.Summary{Read: 1, Missing: 1}})
	require.Equal(t, "… 0 of 2\n"+
		"\x1b[1A\r\x1b[J… round 1 of 9: 2 of 2 answered, 0.0 s  next at 02:11:00Z\n"+
		"\x1b[1A\r\x1b[J2026-03-01 02:10:00Z  ✗ host/x  timeout  0.0 s\n  it does not answer\n… round 1 of 9: 2 of 2 answered, 0.0 s  next at 02:11:00Z\n"+
		"\x1b[1A\r\x1b[J… round 2 of 9: 1 of 2 answered, 0.0 s\n", screen.String())
}
