package main

import (
	"os"

	"golang.org/x/term"
)

// screen is what is known of the far end of one output stream. Streams differ:
// stdout may be a pipe while stderr is a terminal.
type screen struct {
	terminal bool
	width    int  // columns; plainWidth where there is no terminal to ask
	color    bool // colour may be used, beside glyph and word
}

// plainWidth is the width that text is laid out for where no terminal says otherwise.
const plainWidth = 80

// screenOf asks the stream and the environment. NO_COLOR (no-color.org) and
// TERM=dumb are heeded.
func screenOf(stream any, env func(string) (string, bool), noColor bool) screen {
	s := screen{width: plainWidth}
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return s
	}
	s.terminal = true
	if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
		s.width = width
	}
	no, _ := env("NO_COLOR")
	kind, _ := env("TERM")
	s.color = !noColor && no == "" && kind != "dumb"
	return s
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
