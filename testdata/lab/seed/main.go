// Seed writes SQL that fills a freshly installed `clinic` database with synthetic patients, for psql to read.
//
// Rows go straight into the tables that Odoo and the addon clinic_base made, with ids from 100001 on. Nothing is
// held in memory but the row being written, so any number of patients streams at the same cost each.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

// run writes the SQL that args ask for. Errors name the file that could not be read or written.
func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("seed", flag.ContinueOnError)
	flags.SetOutput(stderr)
	patients := flags.Int("patients", 2000, "how many `patients`")
	seed := flags.Uint64("seed", 1, "the same `seed` gives the same bytes")
	filestore := flags.String("filestore", "", "write documents into this `folder`, and rows that name them")
	planted := flags.String("canaries", "", "plant the patients of this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *patients < 0 || flags.NArg() > 0 {
		return errors.New("usage: seed [-patients N] [-seed N] [-filestore DIR] [-canaries FILE]")
	}
	hospital, err := newHospital(*seed, *patients, *planted)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(stdout, 1<<16)
	tables := hospital.tables()
	if *filestore != "" {
		tables = append(tables, hospital.attachments(*filestore))
	}
	if err := write(out, tables, *patients); err != nil {
		return err
	}
	hospital.finish(out)
	return out.Flush()
}
