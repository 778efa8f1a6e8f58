//go:build !linux

package lab

import "errors"

// lock fails: only Linux can hold a lab.
func lock(string, lockKind) (func(), error) {
	return nil, errors.New("the lab runs on Linux only")
}
