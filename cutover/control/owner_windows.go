package control

import "io/fs"

// isPrivate holds by the place: a user's temporary folder on Windows is the user's own.
func isPrivate(fs.FileInfo) bool { return true }
