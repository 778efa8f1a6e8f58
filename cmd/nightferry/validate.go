package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"nightferry/cutover/validate"
	"nightferry/internal/evidence"
	"nightferry/internal/outcome"
	"nightferry/internal/pgread"
)

func newValidate(a *app) *cobra.Command {
	var legacy, target string
	var exclude []string
	var lenient, asJSON bool
	var parallel int
	cmd := &cobra.Command{
		Use:   "validate --legacy DSN --target DSN",
		Short: "Compare every row of two databases, and name the rows that differ",
		Long: `validate proves that two PostgreSQL databases hold the same rows. Both servers
hash their own rows; no row travels. Rows that differ are named by their key
where that is a number or uuid, else by a hash under a key that nobody keeps.

A DSN is a postgres:// URL or libpq's keyword form. Leave the password out of it
and name its place: "passfile=/path/to/pgpass". Exit code 3 says that something
differs or could not be proved.`,
		Example: `  nightferry validate --legacy "host=old dbname=clinic user=reader passfile=/root/.pgpass" \
                      --target "host=new dbname=clinic user=reader passfile=/root/.pgpass"
  nightferry validate --legacy "$LEGACY" --target "$TARGET" --exclude public.ir_cron --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			key := make([]byte, 32)
			if _, err := rand.Read(key); err != nil {
				return err
			}
			return a.validate(cmd.Context(), legacy, target, asJSON, validate.Options{
				Key: key, Now: a.now, Exclude: exclude, Lenient: lenient, Parallel: parallel})
		},
	}
	cmd.Flags().StringVar(&legacy, "legacy", "", "connection `STRING` of the legacy database")
	cmd.Flags().StringVar(&target, "target", "", "connection `STRING` of the target database")
	cmd.Flags().StringSliceVar(&exclude, "exclude", nil, "leave out `TABLE` (schema.name); may be given again")
	cmd.Flags().BoolVar(&lenient, "lenient", false, "hold equal what PostgreSQL holds equal, such as 1.0 and 1.00")
	cmd.Flags().IntVar(&parallel, "parallel", 0, "tables at once (default 2)")
	for _, needed := range []string{"legacy", "target"} {
		if err := cmd.MarkFlagRequired(needed); err != nil {
			panic(err)
		}
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) validate(ctx context.Context, legacy, target string, asJSON bool, options validate.Options) error {
	if !asJSON && !a.quiet {
		options.Events = func(e validate.Event) {
			if e.Verdict != "" && (e.Done%50 == 0 || e.Done == e.Tables) {
				a.remark("%d of %d tables", e.Done, e.Tables)
			}
		}
	}
	result, err := validate.CompareDSN(ctx, legacy, target, options)
	if pgread.KindOf(err) == pgread.Misconfigured {
		return outcome.Misused(err)
	}
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(a.stdout, result)
	} else {
		printValidation(a.stdout, result)
	}
	if err != nil || result.Verdict() == evidence.Same {
		return err
	}
	t := result.Totals
	return outcome.Found(fmt.Errorf("%d tables or sequences differ, %d are unproven", t.Mismatched+t.SequencesMismatched, t.Unproven+t.SequencesUnproven))
}

func printValidation(w io.Writer, v evidence.Validation) {
	t := v.Totals
	fmt.Fprintf(w, "legacy  %s/%s as %s, PostgreSQL %s\ntarget  %s/%s as %s, PostgreSQL %s\n\n",
		v.Legacy.Address, v.Legacy.Database, v.Legacy.Role, v.Legacy.Version, v.Target.Address, v.Target.Database, v.Target.Role, v.Target.Version)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, row := range v.Tables {
		if row.Verdict == evidence.Same {
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", row.Name, row.Verdict, tableStory(row))
		for _, r := range row.Rows {
			fmt.Fprintf(table, "\t%s\tkey %s\n", r.Difference, r.Key)
		}
	}
	for _, s := range v.Sequences {
		if s.Verdict != evidence.Same {
			fmt.Fprintf(table, "sequence %s\t%s\t%s\n", s.Name, s.Verdict, s.Problem)
		}
	}
	table.Flush()
	for _, note := range v.Notes {
		fmt.Fprintln(w, "! "+note)
	}
	fmt.Fprintf(w, "\n%d tables: %d same, %d differ, %d unproven, %d left out. %d legacy rows, %d target rows. %d sequences, %d differ.\n",
		t.Tables, t.Same, t.Mismatched, t.Unproven, t.Skipped, t.LegacyRows, t.TargetRows, t.Sequences, t.SequencesMismatched)
}

// tableStory says what is wrong with one table in a line.
func tableStory(t evidence.Table) string {
	var parts []string
	if t.Problem != "" {
		parts = append(parts, t.Problem)
	}
	if t.Missing+t.Extra+t.Changed > 0 {
		atLeast := ""
		if t.AtLeast {
			atLeast = "at least "
		}
		parts = append(parts, fmt.Sprintf("%s%d missing, %d extra, %d changed", atLeast, t.Missing, t.Extra, t.Changed))
	}
	return strings.Join(parts, "; ")
}
