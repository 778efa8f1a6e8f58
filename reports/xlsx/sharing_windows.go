package xlsx

import (
	"errors"
	"syscall"
)

// isSharingViolation tells whether Windows refuses a rename because a program has the file open.
func isSharingViolation(err error) bool {
	const sharingViolation, lockViolation = syscall.Errno(32), syscall.Errno(33)
	return errors.Is(err, sharingViolation) || errors.Is(err, lockViolation) || errors.Is(err, syscall.ERROR_ACCESS_DENIED)
}
