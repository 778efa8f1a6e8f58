package runbook

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"nightferry/internal/expr"
	"nightferry/internal/yamlfile"
)

// maxText bounds a runbook's file, in bytes. A night of a thousand steps is far below.
const maxText = 2 << 20

// File is a runbook as it was read, ready to be run.
type File struct {
	Runbook Runbook
	Text    []byte                    // the exact bytes
	SHA256  string                    // hex, of Text: the runbook's identity in journals and approvals
	Passes  map[string]*expr.Program  // compiled pass expressions by step
	Shows   map[string]*regexp.Regexp // compiled show patterns by step
}

// Load reads the runbook at path and checks all of it. What is wrong in it comes as [yamlfile.Problems], all at once.
// A nil kinds leaves the steps' kinds and pass expressions unchecked: for those who only read.
func Load(path string, kinds Kinds) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the runbook: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxText+1))
	if err != nil {
		return nil, fmt.Errorf("read the runbook: %w", err)
	}
	return Parse(path, text, kinds)
}

// Parse is Load without the reading; name is what problems call the text.
func Parse(name string, text []byte, kinds Kinds) (*File, error) {
	if len(text) > maxText {
		return nil, yamlfile.Problems{{File: name, Text: fmt.Sprintf("it is larger than %d MiB", maxText>>20), Mend: "is it a runbook?"}}
	}
	sum := sha256.Sum256(text)
	file := &File{
		Text: text, SHA256: hex.EncodeToString(sum[:]),
		Passes: map[string]*expr.Program{}, Shows: map[string]*regexp.Regexp{},
	}
	y := yamlfile.Parse(name, text)
	y.Bind(&file.Runbook)
	if y.Err() == nil && !y.Has("") {
		y.Fault("", "it is empty", "nightferry plan writes runbooks")
	}
	if y.Has("") { // of text that is no YAML nothing more is to be said
		c := checker{y: y, file: file, book: &file.Runbook, kinds: kinds}
		c.check()
	}
	if err := y.Err(); err != nil {
		return nil, err
	}
	return file, nil
}

// asExpr is the mistake that the expression language reports.
func asExpr(err error) *expr.Error {
	if at, is := errors.AsType[*expr.Error](err); is {
		return at
	}
	return &expr.Error{Line: 1, Column: 1, Text: err.Error()}
}
