package main

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"

	"nightferry/internal/outcome"
)

// report tells the person how the run ended and returns the exit code: the one
// place where errors become words on a screen.
func report(stderr io.Writer, err error) int {
	if err != nil {
		fmt.Fprintf(stderr, "nightferry: %s\n", printable(err.Error()))
		for _, mend := range outcome.Mends(err) {
			fmt.Fprintf(stderr, "  mend: %s\n", printable(mend))
		}
	}
	return outcome.Code(err)
}

// printable drops what could steer a terminal. Errors quote names that came
// from machines nobody vouches for.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
}

// reportPanic tells of a bug by the type of the panic and the places it came
// through. Its words and the arguments on the stack are left out: they may
// hold a patient's row.
func reportPanic(stderr io.Writer, broken any) int {
	fmt.Fprintf(stderr, "nightferry: a bug: panic of type %T\n", broken)
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		fmt.Fprintf(stderr, "    %s %s:%d\n", frame.Function, filepath.Base(frame.File), frame.Line)
	}
	fmt.Fprintln(stderr, "  mend: send us the lines above; they quote nothing of your data")
	return outcome.CodeFailed
}
