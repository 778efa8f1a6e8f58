package engagement

import (
	"crypto/rand"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// temporarySuffix marks files that are being written. [Folder.Lock] sweeps what a killed run left of them.
const temporarySuffix = ".nightferry-tmp"

// temporaryName is a new name beside a file, on the same disk.
func temporaryName(name string) string {
	dir, base := path.Split(name)
	return filepath.FromSlash(dir + "." + base + "." + strings.ToLower(rand.Text()[:8]) + temporarySuffix)
}

// create makes a new file, safely on disk, or leaves none.
func (f *Folder) create(name string, text []byte) error {
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = f.root.Remove(name)
	}
	return err
}

// settle makes a change of names in a folder outlast a power cut.
func (f *Folder) settle(dir string) error {
	if err := syncDir(f.root, filepath.FromSlash(dir)); err != nil {
		return writeFailed(f.Path(dir), err)
	}
	return nil
}
