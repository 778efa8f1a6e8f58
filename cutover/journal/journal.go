// Package journal keeps the records of one run on disk: one line a record, each with the hash of the line before,
// synced before anybody acts on it.
//
// A journal that was torn in its last line by a crash is repaired, with a copy kept. Damage anywhere else is refused:
// the file is the only truth about a night, and a truth with a hole is none.
package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"nightferry/cutover"
)

const (
	maxLine = 1 << 20   // bytes of a line: limits on events keep them far below
	maxFile = 256 << 20 // bytes of a journal
	slow    = time.Second
)

// file is what a journal needs of its file; tests put a failing one there.
type file interface {
	io.Writer
	Sync() error
	Close() error
}

// Journal is one run's journal, open for one engine. Its methods may be called from many goroutines.
type Journal struct {
	path string
	log  *slog.Logger
	lock *os.File

	mu      sync.Mutex
	file    file
	records []cutover.Record
	last    string // hash of the last line
	broken  error
}

var _ cutover.Journal = (*Journal)(nil)

// Open opens the journal at path for writing, and creates it (0600) where there is none. Only one process at a time
// can: another gets a [LockedError]. A torn last line is cut off, with a copy in path.broken.
// Damage elsewhere is a [DamageError].
func Open(path string, log *slog.Logger) (*Journal, error) {
	lock, err := hold(path + ".lock")
	if err != nil {
		return nil, err
	}
	j, err := open(path, log)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	j.lock = lock
	return j, nil
}

func open(path string, log *slog.Logger) (*Journal, error) {
	text, err := slurp(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	content, err := read(path, text)
	if err != nil {
		return nil, err
	}
	if content.torn > 0 {
		if err := repair(path, text, content.torn); err != nil {
			return nil, fmt.Errorf("repair the journal's torn last line: %w", err)
		}
		log.Warn("the journal's last line was torn; it is cut off and a copy is kept", "journal", path, "copy", path+".broken", "bytes", content.torn)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	// A new file's name is on disk only once its folder is.
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("sync the journal's folder: %w", err), file.Close())
	}
	return &Journal{path: path, log: log, file: file, records: content.records, last: content.last}, nil
}

// Append stores an event as the next record and returns once it is on disk. After an error the journal takes nothing
// more: what the disk holds is not known until it is opened again.
func (j *Journal) Append(at time.Time, e cutover.Event) (cutover.Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return cutover.Record{}, j.broken
	}
	record := cutover.Record{Seq: int64(len(j.records)) + 1, At: at.UTC(), Prev: j.last, Event: e}
	line, err := json.Marshal(record)
	if err == nil && len(line) >= maxLine {
		err = fmt.Errorf("record %d is longer than %d bytes", record.Seq, maxLine)
	}
	if err != nil {
		return cutover.Record{}, err // nothing was written: the journal is as it was
	}
	if err := j.write(append(line, '\n')); err != nil {
		j.broken = fmt.Errorf("%s: %w", j.path, err)
		return cutover.Record{}, j.broken
	}
	j.records = append(j.records, record)
	j.last = hash(line)
	return record, nil
}

func (j *Journal) write(line []byte) error {
	began := time.Now()
	if _, err := j.file.Write(line); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	if took := time.Since(began); took > slow {
		j.log.Warn("the journal's disk is slow; every step waits for it", "journal", j.path, "took", took)
	}
	return nil
}

// Records are all records so far. The slice is the caller's to read, not to change.
func (j *Journal) Records() []cutover.Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clip(j.records)
}

// Close ends the use of the journal and lets others open it.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.broken = fmt.Errorf("%s: the journal is closed", j.path)
	return errors.Join(j.file.Close(), j.lock.Close())
}

// slurp reads a journal within its limit.
func slurp(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is larger than %d MiB: it is no journal of ours", path, maxFile>>20)
	}
	return text, err
}

// repair keeps a copy of the torn file and cuts the torn line off, in this order.
func repair(path string, text []byte, torn int) error {
	copied, err := os.OpenFile(path+".broken", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(copied, bytes.NewReader(text))
	if err := errors.Join(err, copied.Sync(), copied.Close(), syncFolder(filepath.Dir(path))); err != nil {
		return err
	}
	whole, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(whole.Truncate(int64(len(text)-torn)), whole.Sync(), whole.Close())
}

func hash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
