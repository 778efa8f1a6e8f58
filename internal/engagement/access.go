package engagement

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"
)

// Access is one access to a customer's system: a line of access.jsonl.
type Access struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`    // the person, as their own computer knows them
	Role   string    `json:"role"`   // the account on the system
	System string    `json:"system"` // "host/erp-db", "postgres/erp", "odoo/clinic", "cluster/landing"
	What   string    `json:"what"`   // what was read or done, without a value of it

	AuthorisedBy string        `json:"authorised_by,omitempty"` // of rows
	Basis        string        `json:"basis,omitempty"`         // the same: contract, ticket or order
	Tables       []AccessTable `json:"tables,omitempty"`        // whose rows are about to be read, or were
	Rows         int           `json:"rows,omitempty"`          // read, of all tables
}

// AccessTable is a table whose rows are about to be read, or were.
type AccessTable struct {
	Table string `json:"table"` // schema.name
	Rows  int    `json:"rows"`
}

// LogAccess adds a line to the access log and returns when it is on disk: no access without its line, so a
// caller that gets an error does not touch the system.
func (f *Folder) LogAccess(access Access) error {
	access.At = access.At.UTC().Truncate(time.Second)
	line, err := json.Marshal(access)
	if err != nil {
		return &FileError{Name: f.Path(AccessFile), Text: "this access cannot be written down", Err: err}
	}
	f.access.Lock()
	defer f.access.Unlock()
	file, err := f.root.OpenFile(AccessFile, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return writeFailed(f.Path(AccessFile), err)
	}
	defer file.Close()
	line = append(line, '\n')
	if torn(file) {
		line = append([]byte{'\n'}, line...) // the half line of a killed run stays, on a line of its own
	}
	if _, err = file.Write(line); err == nil {
		err = file.Sync()
	}
	if err != nil {
		return writeFailed(f.Path(AccessFile), err)
	}
	return nil
}

// torn tells whether the file's last line has no end.
func torn(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// Accesses reads the access log, oldest first. Lines that are not readable are told, joined, beside all that
// are; no log means no access yet.
func (f *Folder) Accesses() ([]Access, error) {
	text, err := f.Read(AccessFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseAccesses(f.Path(AccessFile), text)
}

func parseAccesses(name string, text []byte) ([]Access, error) {
	var list []Access
	var faults []error
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var access Access
		if err := decodeJSON(name, bytes.TrimRight(line, "\r\n"), &access); err != nil {
			err.Line, err.Hint = number, "a run was killed while it wrote the line; the others count"
			faults = append(faults, err)
			continue
		}
		list = append(list, access)
	}
	return list, errors.Join(faults...)
}
