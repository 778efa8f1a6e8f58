// Command sql writes the labelled set as a script for psql:
//
//	go run ./testdata/labelled/sql -rows 2000 | psql -q DATABASE
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"nightferry/testdata/labelled"
)

func main() {
	if code := run(os.Args[1:], os.Stdout, os.Stderr); code != 0 {
		os.Exit(code)
	}
}

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("sql", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rows := flags.Int("rows", 2000, "rows of a table, but for those that always have the same number")
	seed := flags.Uint64("seed", 1, "seed of the rows")
	part := flags.String("part", "", "open, heldout or fresh; all if left out")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	parts := labelled.Parts()
	if *part != "" {
		parts = []labelled.Part{labelled.Part(*part)}
	}
	set, err := labelled.Load()
	if err == nil && len(set.Of(parts[0])) == 0 {
		err = fmt.Errorf("%q is no part: open, heldout or fresh", *part)
	}
	if err == nil {
		err = set.WriteSQL(stdout, *seed, *rows, parts...)
	}
	if err != nil {
		fmt.Fprintln(stderr, "sql:", err)
		return 1
	}
	return 0
}
