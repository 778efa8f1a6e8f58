//go:build !unix

package engagement

import "io/fs"

// readableByOthers cannot tell: the rights are in access lists that the mode does not show.
func readableByOthers(fs.FileInfo) bool { return false }
