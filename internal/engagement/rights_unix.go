//go:build unix

package engagement

import "io/fs"

// readableByOthers tells whether accounts beside the owner's have any right to the file.
func readableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
