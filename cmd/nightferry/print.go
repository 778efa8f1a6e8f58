package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// writeJSON prints a result as indented JSON.
func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// listOr joins names, or says what an empty list means.
func listOr(names []string, otherwise string) string {
	if len(names) == 0 {
		return otherwise
	}
	return strings.Join(names, ", ")
}

// closing closes c at the end of a function and joins its error with the function's own.
func closing(c io.Closer, err *error) { *err = errors.Join(*err, c.Close()) }
