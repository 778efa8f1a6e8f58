//go:build !linux

package pgtest

// start knows no way to run a throwaway cluster elsewhere.
func start() (*Cluster, error) { return nil, errMissing }
