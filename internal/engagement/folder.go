package engagement

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// maxSaved bounds a saved file, in bytes.
const maxSaved = 512 << 20

// Folder is an engagement's folder. Names are relative to it and use slashes; nothing outside can be reached
// through them, be it by a link. Its methods can be called from several goroutines.
type Folder struct {
	dir    string
	root   *os.Root
	access sync.Mutex // one access line at a time
}

// Open opens the folder of an engagement, which is one that has an engagement.yaml.
func Open(dir string) (*Folder, error) {
	if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
		failed := readFailed(filepath.Join(dir, FileName), err)
		if errors.Is(err, fs.ErrNotExist) {
			failed.Text = "there is no engagement here"
			failed.Hint = "go into an engagement's folder, name it with -C DIR, or begin one: nightferry init DIR"
		}
		return nil, failed
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, readFailed(dir, err)
	}
	return &Folder{dir: dir, root: root}, nil
}

// Create makes the folder, for its owner alone, and the folders around it as far as they are missing. What is
// in it stays; see [Folder.Add].
func Create(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, writeFailed(dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, readFailed(dir, err)
	}
	return &Folder{dir: dir, root: root}, nil
}

// Close releases the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Path is a file's path for people and for other programs.
func (f *Folder) Path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// Engagement loads the folder's engagement.yaml; see [Load].
func (f *Folder) Engagement(env Environ) (*Engagement, error) { return Load(f.Path(FileName), env) }

// Has tells whether a file is there.
func (f *Folder) Has(name string) bool {
	info, err := f.root.Stat(filepath.FromSlash(name))
	return err == nil && info.Mode().IsRegular()
}

// Read returns the bytes of a file. Errors are [*FileError]; errors.Is(err, fs.ErrNotExist) tells that the
// stage that writes it has not run.
func (f *Folder) Read(name string) ([]byte, error) { return readAll(f.root.FS(), name, f.Path(name)) }

// List names the files of a folder in it that end so, in order of name; none where there is no such folder.
func (f *Folder) List(dir, ending string) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), path.Clean(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, readFailed(f.Path(dir), err)
	}
	var names []string
	for _, entry := range entries {
		if entry.Type().IsRegular() && path.Ext(entry.Name()) == ending {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// readAll reads a file, which errors call by another name.
func readAll(files fs.FS, name, called string) ([]byte, error) {
	file, err := files.Open(path.Clean(name))
	if err != nil {
		return nil, readFailed(called, err)
	}
	defer func() { _ = file.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(file, maxSaved+1))
	if err != nil {
		return nil, readFailed(called, err)
	}
	if len(text) > maxSaved {
		return nil, &FileError{Name: called, Text: fmt.Sprintf("it is larger than %d MiB", maxSaved>>20)}
	}
	return text, nil
}

// Add writes a file that is not there yet, and never over one that is: then errors.Is(err, fs.ErrExist).
func (f *Folder) Add(name string, text []byte) error {
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return writeFailed(f.Path(name), err)
	}
	if err := f.create(filepath.FromSlash(name), text); err != nil {
		return writeFailed(f.Path(name), err)
	}
	return f.settle(path.Dir(name))
}

// Remove takes a file out of the folder. One that is not there is no error.
func (f *Folder) Remove(name string) error {
	if err := f.root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writeFailed(f.Path(name), err)
	}
	return f.settle(path.Dir(name))
}

// Write replaces a file at once: whoever reads it, and whatever goes wrong, there is the old text or the new.
func (f *Folder) Write(name string, text []byte) error {
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return writeFailed(f.Path(name), err)
	}
	temporary := temporaryName(name)
	if err := f.create(temporary, text); err != nil {
		return writeFailed(f.Path(name), err)
	}
	if err := f.root.Rename(temporary, filepath.FromSlash(name)); err != nil {
		_ = f.root.Remove(temporary)
		return writeFailed(f.Path(name), err)
	}
	return f.settle(path.Dir(name))
}
