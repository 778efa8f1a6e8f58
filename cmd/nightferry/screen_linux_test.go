package main

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestScreenOf(t *testing.T) {
	t.Parallel()
	wide := terminal(t, 132)
	tests := map[string]struct {
		stream  any
		env     map[string]string
		noColor bool
		want    screen
	}{
		"a buffer":             {&bytes.Buffer{}, nil, false, screen{width: 80}},
		"a file":               {tempFile(t), nil, false, screen{width: 80}},
		"a terminal":           {wide, map[string]string{"TERM": "xterm"}, false, screen{terminal: true, width: 132, color: true}},
		"of unknown width":     {terminal(t, 0), nil, false, screen{terminal: true, width: 80, color: true}},
		"NO_COLOR":             {wide, map[string]string{"NO_COLOR": "1"}, false, screen{terminal: true, width: 132}},
		"NO_COLOR, but empty":  {wide, map[string]string{"NO_COLOR": ""}, false, screen{terminal: true, width: 132, color: true}},
		"--no-color":           {wide, nil, true, screen{terminal: true, width: 132}},
		"a terminal that says": {wide, map[string]string{"TERM": "dumb"}, false, screen{terminal: true, width: 132}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := func(key string) (string, bool) { value, ok := tt.env[key]; return value, ok }
			require.Equal(t, tt.want, screenOf(tt.stream, env, tt.noColor))
		})
	}
}

// terminal opens a pseudo-terminal and returns the end that a program would write to.
func terminal(t *testing.T, width uint16) *os.File {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { control.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	end, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { end.Close() })
	require.NoError(t, unix.IoctlSetWinsize(int(end.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: width, Row: 24}))
	return end
}

func tempFile(t *testing.T) *os.File {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "screen")
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	return file
}
