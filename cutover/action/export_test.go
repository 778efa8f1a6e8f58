package action

import (
	"context"

	"nightferry/internal/evidence"
	"nightferry/internal/expr"
	"nightferry/internal/remote"
)

// Facts sums up a validation as the step does, for tests.
func Facts(sensitive []string, found evidence.Validation) expr.Facts {
	return (&validation{sensitive: sensitive}).facts(found)
}

// Pipe is pipe between two machines, for tests.
func Pipe(ctx context.Context, machines Machines, from string, source []string, to string, sink []string) error {
	_, err := pipe(ctx, nil, shell{machines, from}, source, shell{machines, to}, sink, "copying")
	return err
}

// Failure is shell.failure, for tests.
func Failure(host, user, what string, result remote.Result, argv ...string) error {
	return shell{host: host}.failure(result, user, what, argv)
}

// AsRoot and AsAccount make command lines as the actions do.
func AsRoot(argv ...string) []string { return asRoot(argv...) }

// AsAccount runs argv as another account.
func AsAccount(account string, argv ...string) []string { return asAccount(account, argv...) }
