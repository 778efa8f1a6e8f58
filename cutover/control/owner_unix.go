//go:build unix

package control

import (
	"io/fs"
	"os"
	"syscall"
)

// isPrivate says that the folder is this user's and nobody else can enter it.
func isPrivate(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == uint32(os.Geteuid()) && info.Mode().Perm()&0o077 == 0
}
