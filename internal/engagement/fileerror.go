package engagement

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// FileError tells what is wrong with a file of the folder, or with reading or writing it. It quotes nothing of
// the file's text.
type FileError struct {
	Name   string // path
	Line   int    // from 1; 0 for the file as a whole
	Column int    // from 1, in bytes
	Text   string
	Hint   string
	Err    error // cause, where the system gave one
}

// Error is "path:line:column: text".
func (e *FileError) Error() string {
	place := e.Name
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", e.Name, e.Line, e.Column)
	}
	return place + ": " + e.Text
}

// Mend is what a person can do about it.
func (e *FileError) Mend() string { return e.Hint }

// Unwrap is the cause.
func (e *FileError) Unwrap() error { return e.Err }

func readFailed(name string, err error) *FileError {
	failed := &FileError{Name: name, Text: "cannot be read: " + cause(err), Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		failed.Text = "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		failed.Hint = "make it readable for the account that runs nightferry"
	}
	return failed
}

// writeFailed is only used where the old file is still in place.
func writeFailed(name string, err error) *FileError {
	failed := &FileError{Name: name, Text: "could not be written: " + cause(err) + "; what was there before is untouched", Err: err}
	switch {
	case isFull(err):
		failed.Hint = "make room on the disk that holds the folder, then run the same command again"
	case isReadOnly(err), errors.Is(err, fs.ErrPermission):
		failed.Hint = "make the folder writable for the account that runs nightferry, or copy it elsewhere and use -C DIR"
	}
	return failed
}

// cause is the system's own word, without the path that the message names already.
func cause(err error) string {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return failed.Err.Error()
	}
	if renamed, ok := errors.AsType[*os.LinkError](err); ok {
		return renamed.Err.Error()
	}
	return err.Error()
}
