package engagement

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ErrLocked tells that another run works on the folder.
var ErrLocked = errors.New("another run works on this engagement")

// Lock is the right to write to a folder. It ends with [Lock.Release], or with the process.
type Lock struct{ file *os.File }

// Lock takes the folder for this process alone; stages that write hold it from their first step to their last.
// The holder says who it is in one line, such as "discover, process 4711, since 02:10"; the error that another
// run gets, an [ErrLocked] with a mend, quotes it. What a killed run left half-written is swept away.
func (f *Folder) Lock(holder string) (*Lock, error) {
	return f.lock(lockFile, holder, ".", "inventory", hostsDir, databasesDir, odooDir, clustersDir, columnsDir, "runbooks", WrittenDir, ReportsDir)
}

// LockSamples takes the folder's samples/ for this process alone: a watch runs for days, and others work on the rest
// of the folder meanwhile. See [Folder.Lock].
func (f *Folder) LockSamples(holder string) (*Lock, error) {
	if err := f.root.MkdirAll(samplesDir, 0o700); err != nil {
		return nil, writeFailed(f.Path(samplesDir), err)
	}
	return f.lock(path.Join(samplesDir, lockFile), holder, samplesDir)
}

func (f *Folder) lock(name, holder string, sweep ...string) (*Lock, error) {
	file, err := f.root.OpenFile(filepath.FromSlash(name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, writeFailed(f.Path(name), err)
	}
	taken, err := lockWhole(file)
	if err != nil {
		file.Close()
		return nil, &FileError{Name: f.Path(name), Text: "cannot be locked: " + cause(err), Hint: "put the folder on a local disk", Err: err}
	}
	if !taken {
		defer file.Close()
		who, _ := io.ReadAll(io.LimitReader(file, 200))
		return nil, &FileError{Name: f.dir, Text: fmt.Sprintf("%v (%s)", ErrLocked, strings.TrimSpace(string(who))),
			Hint: "wait until it is done, or stop it", Err: ErrLocked}
	}
	// The line is for people: where it cannot be written, the lock holds all the same.
	if file.Truncate(0) == nil {
		_, _ = file.WriteAt([]byte(holder+"\n"), 0)
	}
	f.sweep(sweep)
	return &Lock{file}, nil
}

// Release gives the folder back.
func (l *Lock) Release() error { return l.file.Close() }

// sweep removes temporary files of runs that were killed. Whoever holds the lock knows that no run is alive.
func (f *Folder) sweep(dirs []string) {
	for _, dir := range dirs {
		entries, err := fs.ReadDir(f.root.FS(), dir)
		if err != nil {
			continue // not there yet; what cannot be read is told by who needs it
		}
		for _, entry := range entries {
			if strings.HasSuffix(entry.Name(), temporarySuffix) {
				_ = f.root.Remove(filepath.Join(filepath.FromSlash(dir), entry.Name()))
			}
		}
	}
}
