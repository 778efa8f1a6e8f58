package journal

import (
	"bytes"
	"encoding/json"
	"fmt"

	"nightferry/cutover"
)

// DamageError is a journal that was changed, or hurt in another place than its end.
type DamageError struct {
	Path string
	Line int // from 1
	Text string
}

// Error names file, line and damage.
func (e *DamageError) Error() string {
	return fmt.Sprintf("%s:%d: the journal is damaged: %s", e.Path, e.Line, e.Text)
}

// ExitCode is 5: a person must act.
func (e *DamageError) ExitCode() int { return 5 }

// Mend says what can be done.
func (e *DamageError) Mend() string {
	return "restore the file from a copy; it is not repaired by guessing, since every step relies on it"
}

// content is a journal that was read.
type content struct {
	records []cutover.Record
	last    string // hash of the last whole line
	torn    int    // bytes of an unfinished last line
}

// read checks every line: number, chain, form, and the story they tell together.
func read(path string, text []byte) (content, error) {
	var c content
	state := cutover.NewState()
	for number := 1; len(text) > 0; number++ {
		line, rest, ended := bytes.Cut(text, []byte{'\n'})
		if !ended {
			c.torn = len(text) // a crash came between the first byte and the last
			return c, nil
		}
		record, err := readLine(line, c.last)
		if err != nil && len(rest) == 0 && zeroed(line) {
			c.torn = len(text) // some file systems lengthen a file before they fill it
			return c, nil
		}
		if err == nil {
			err = state.Apply(record)
		}
		if err != nil {
			return content{}, &DamageError{path, number, err.Error()}
		}
		c.records = append(c.records, record)
		c.last = hash(line)
		text = rest
	}
	return c, nil
}

func readLine(line []byte, prev string) (cutover.Record, error) {
	var r cutover.Record
	if len(line) >= maxLine {
		return r, fmt.Errorf("the line is longer than %d bytes", maxLine)
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("it cannot be read: %w", err)
	}
	if r.Prev != prev {
		return r, fmt.Errorf("it does not follow the line before, which has the hash %.12s and not %.12s", prev, r.Prev)
	}
	// The same record has one form only. Anything else was not written by us.
	own, err := json.Marshal(r)
	if err == nil && !bytes.Equal(own, line) {
		err = fmt.Errorf("it is not in the form that nightferry writes")
	}
	return r, err
}

func zeroed(line []byte) bool { return len(bytes.Trim(line, "\x00")) == 0 }

// Summary is what a check of a journal found.
type Summary struct {
	Path  string         `json:"path"`
	Lines int            `json:"lines"`
	Last  string         `json:"last"` // SHA-256 (hex) of the last line: compare it with a copy kept elsewhere
	Torn  int            `json:"torn"` // bytes of an unfinished last line, which the next engine cuts off
	State *cutover.State `json:"-"`
}

// Verify reads a journal without touching it and checks numbers, chain, form and story. It may be in use.
// A damaged one is a [DamageError].
func Verify(path string) (Summary, error) {
	records, c, err := look(path)
	if err != nil {
		return Summary{}, err
	}
	state, err := cutover.Fold(records)
	return Summary{Path: path, Lines: len(records), Last: c.last, Torn: c.torn, State: state}, err
}

// Read returns the records of a journal without touching it. It may be in use: what is being written is left out.
func Read(path string) ([]cutover.Record, error) {
	records, _, err := look(path)
	return records, err
}

func look(path string) ([]cutover.Record, content, error) {
	text, err := slurp(path)
	if err != nil {
		return nil, content{}, err
	}
	c, err := read(path, text)
	return c.records, c, err
}
