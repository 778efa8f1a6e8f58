package journal

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
)

// failing is a disk that fails in one of the ways disks do.
type failing struct {
	bytes.Buffer
	short bool // takes half of a line
	err   error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.short {
		n, _ := f.Buffer.Write(p[:len(p)/2])
		return n, f.err
	}
	return f.Buffer.Write(p)
}

func (f *failing) Sync() error  { return f.err }
func (f *failing) Close() error { return nil }

func TestAFailingDiskEndsTheJournal(t *testing.T) {
	t.Parallel()
	for name, short := range map[string]bool{"half a line": true, "sync": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := &failing{short: short, err: errors.New("input/output error")}
			j := &Journal{path: "run-1.jsonl", file: bad}
			event := cutover.RunStarted{Version: cutover.Version, Run: "r", Wave: "w", Runbook: "aa", By: "Testa", Host: "h"}
			_, err := j.Append(time.Unix(0, 0), event)
			require.ErrorIs(t, err, bad.err)
			require.Empty(t, j.Records(), "what is not surely on disk is no record")
			held := bad.Len()
			bad.err, bad.short = nil, false
			_, err = j.Append(time.Unix(0, 0), event)
			require.Error(t, err, "an fsync that failed once may lie the next time")
			require.Equal(t, held, bad.Len())
		})
	}
}

// FuzzRead holds that no bytes make the reader panic, that damage has a place, and that what it takes is whole.
func FuzzRead(f *testing.F) {
	var disk failing
	j := &Journal{path: "seed", file: &disk}
	for i, e := range []cutover.Event{
		cutover.RunStarted{Version: cutover.Version, Run: "r", Wave: "w", Runbook: "aa", By: "Testa", Host: "h"},
		cutover.StepStarted{Step: "a", Attempt: 1, Memo: cutover.Memo{"was": "on"}},
		cutover.StepFailed{Step: "a", Stage: cutover.StageDo, Reason: "no", Retryable: true},
		cutover.Retried{Step: "a", By: "Testa", Command: "c"},
	} {
		_, err := j.Append(time.Unix(int64(i), 0), e)
		require.NoError(f, err)
		f.Add(bytes.Clone(disk.Bytes()))
		f.Add(bytes.Clone(disk.Bytes()[:disk.Len()-3]))
	}
	f.Add([]byte("\x00\x00\n"))
	f.Add([]byte("{}\n{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := read("f.jsonl", text)
		if err != nil {
			var damage *DamageError
			require.ErrorAs(t, err, &damage)
			require.Positive(t, damage.Line)
			return
		}
		whole, err := read("f.jsonl", text[:len(text)-c.torn])
		require.NoError(t, err)
		require.Zero(t, whole.torn)
		require.Len(t, whole.records, len(c.records))
	})
}
