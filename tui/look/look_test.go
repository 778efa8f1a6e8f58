package look_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/tui/look"
)

func TestClock(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{-time.Hour: "0:00", 0: "0:00", 4*time.Second + 400*time.Millisecond: "0:04", 59*time.Second + 600*time.Millisecond: "1:00",
		185 * time.Second: "3:05", time.Hour + 2*time.Minute + 3*time.Second: "1:02:03", 30 * time.Hour: "30:00:00"} {
		require.Equal(t, want, look.Clock(d))
	}
}

// TestEveryStateHasAFaceOfItsOwn: a glyph and a word, so that nobody has to tell colours apart.
func TestEveryStateHasAFaceOfItsOwn(t *testing.T) {
	t.Parallel()
	words := map[string]cutover.Status{}
	for _, s := range []cutover.Status{cutover.StatusPending, cutover.StatusAsking, cutover.StatusRunning, cutover.StatusDoubtful, cutover.StatusDone, cutover.StatusFailed,
		cutover.StatusSkipped, cutover.StatusUndoing, cutover.StatusUndone, cutover.StatusUndoFailed, cutover.StatusLeft} {
		glyph, word, _ := look.Palette{}.Status(s)
		require.NotEmpty(t, glyph)
		require.NotContains(t, words, word, s)
		words[word] = s
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("Stop Odoo\x1b[2J\r\n\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		plain := look.Plain(text)
		require.NotRegexp(t, `[\x00-\x1f\x7f-\x9f\x{202a}-\x{202e}]`, plain)
		require.Equal(t, plain, look.Plain(plain))
	})
}
