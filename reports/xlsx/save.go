package xlsx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"nightferry/internal/outcome"
	"nightferry/reports"
)

// Save renders a document and puts it at path, readable by its owner alone. Whatever goes wrong, a workbook
// that was there before stays as it was. Errors carry their mend: a workbook that is open elsewhere, a full
// disk, a folder that may not be written.
func Save(path string, doc reports.Document) error {
	data, err := Render(doc)
	if err != nil {
		return err
	}
	if err := inUse(path); err != nil {
		return err
	}
	if err := replace(path, data); err != nil {
		return fmt.Errorf("write %s: %w", path, explained(path, err))
	}
	return nil
}

// inUse recognises the files that Excel and LibreOffice lay beside a workbook while they have it open. Both
// would write their old copy over ours later.
func inUse(path string) error {
	folder, name := filepath.Split(path)
	for _, lock := range []string{"~$" + name, ".~lock." + name + "#"} {
		if _, err := os.Lstat(filepath.Join(folder, lock)); err == nil {
			return outcome.Mend(fmt.Errorf("write %s: the workbook is open in another program", path),
				fmt.Sprintf("close it, or write to another file; if no program has it open, remove %s", filepath.Join(folder, lock)))
		}
	}
	return nil
}

// replace writes a file of its own, whole and synced, and then gives it the name.
func replace(path string, data []byte) (err error) {
	// CreateTemp opens with mode 0600 and never over another file.
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return syscall.EISDIR
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	// The name is on disk once its folder is. Not every system can sync a folder: the file itself is safe.
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}

// explained adds to a system's error what a person can do about it, and drops the temporary name from it.
func explained(path string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		if isSharingViolation(l.Err) {
			return outcome.Mend(errors.New("the workbook is open in another program"), "close it, or write to another file")
		}
		err = l.Err
	}
	folder := filepath.Dir(path)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return outcome.Mend(err, "make room on the disk of "+folder+", or write to another folder")
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return outcome.Mend(err, "write to a folder that is yours to write: "+folder+" is not")
	case errors.Is(err, fs.ErrNotExist):
		return outcome.Mend(err, "make the folder "+folder+" first")
	case errors.Is(err, syscall.EISDIR):
		return outcome.Mend(err, "name a file: there is a folder of this name")
	}
	return err
}
