package control

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxPath is what the shortest socket address of our systems holds, in bytes.
const maxPath = 103

// Socket is where the engine of a journal listens: a short name in the user's runtime folder, which is made (0700)
// where it is missing. The same journal gives the same name; env looks environment variables up.
func Socket(env func(string) (string, bool), journal string) (string, error) {
	absolute, err := filepath.Abs(journal)
	if err != nil {
		return "", err
	}
	if resolved, err := filepath.EvalSymlinks(filepath.Dir(absolute)); err == nil {
		absolute = filepath.Join(resolved, filepath.Base(absolute))
	}
	sum := sha256.Sum256([]byte(absolute))
	name := hex.EncodeToString(sum[:8]) + ".sock"

	folder := filepath.Join(os.TempDir(), fmt.Sprintf("nightferry-%d", os.Getuid()))
	if runtime, ok := env("XDG_RUNTIME_DIR"); ok && runtime != "" && len(filepath.Join(runtime, "nightferry", name)) <= maxPath {
		folder = filepath.Join(runtime, "nightferry")
	}
	socket := filepath.Join(folder, name)
	if len(socket) > maxPath {
		return "", fmt.Errorf("%s is longer than the %d bytes of a socket's address", socket, maxPath)
	}
	return socket, own(folder)
}

// own makes the folder and holds that nobody else can put anything there: in a shared temporary folder somebody may
// have been quicker.
func own(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("make the folder of the engine's socket: %w", err)
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return err
	}
	if !info.IsDir() || !isPrivate(info) {
		return &FolderError{Folder: folder, Mode: info.Mode()}
	}
	return nil
}

// FolderError is a runtime folder that others could use.
type FolderError struct {
	Folder string
	Mode   fs.FileMode
}

// Error names the folder.
func (e *FolderError) Error() string {
	return fmt.Sprintf("%s (%s) is not a folder of this user's alone", e.Folder, e.Mode)
}

// Mend says what to do about it.
func (e *FolderError) Mend() string {
	return "look who made it; remove it, or set XDG_RUNTIME_DIR to a folder of your own"
}
