package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/discover/postgres"
	"nightferry/discover/sample"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
	"nightferry/internal/pgread"
)

// columnsOptions are the flags of classify columns.
type columnsOptions struct {
	dsn       string
	schemas   []string
	namesOnly bool
	super     bool
	asCSV     bool
	asJSON    bool
}

func newClassifyColumns(a *app) *cobra.Command {
	var o columnsOptions
	cmd := &cobra.Command{
		Use:   "columns --dsn DSN",
		Short: "Classify the columns of one database, without an engagement",
		Long: `columns reads the catalogue of one PostgreSQL database, judges every column, and
prints the verdicts. It needs no engagement and writes no file.

Giving it a --dsn is the authorisation to read rows: of columns that name and place
do not decide, in read-only transactions, counts alone being kept. With --names-only
no row is read. In an engagement use nightferry classify, which wants the leave in
writing and logs each access.

A DSN is a postgres:// URL or libpq's keyword form; what it leaves open comes from
its service, PGHOST, PGUSER, PGPASSWORD and their kin, and ~/.pgpass. Leave the
password out of it: others on this computer can see it there.

A table that cannot be read is a note, and the exit code is 3. With --csv a column
that is several things has a row for each, strongest first.`,
		Example: `  nightferry classify columns --dsn "host=db dbname=clinic user=reader" --csv > columns.csv
  nightferry classify columns --dsn "service=clinic" --schema public --names-only
  PGPASSWORD=... nightferry classify columns --dsn postgres://reader@db/clinic --json | jq '.columns[].class'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.asCSV && o.asJSON {
				return outcome.Misused(errors.New("--csv and --json do not go together"))
			}
			return a.classifyColumns(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.dsn, "dsn", "", "connection `STRING` of the database")
	flags.StringArrayVar(&o.schemas, "schema", nil, "only tables of `SCHEMA`; may be given again")
	flags.BoolVar(&o.namesOnly, "names-only", false, "read no row")
	flags.BoolVar(&o.super, "allow-superuser", false, "read also where the role is a superuser, who could write")
	flags.BoolVar(&o.asCSV, "csv", false, "print CSV: schema,table,column,class,confidence,subtype,evidence")
	jsonFlag(cmd, &o.asJSON)
	if err := cmd.MarkFlagRequired("dsn"); err != nil {
		panic(err)
	}
	return cmd
}

// columnVerdict is the verdict on one column, as columns prints it.
type columnVerdict struct {
	Schema string `json:"schema"`
	Table  string `json:"table"`
	classify.ColumnResult
}

// columnVerdicts is what columns prints.
type columnVerdicts struct {
	Version  int                      `json:"version"`
	Database string                   `json:"database"`
	Basis    string                   `json:"basis"`
	Rows     []engagement.AccessTable `json:"rows"` // read, by table
	Columns  []columnVerdict          `json:"columns"`
	Notes    []string                 `json:"notes"` // what could not be read
}

func (a *app) classifyColumns(ctx context.Context, o columnsOptions) error {
	config, written, err := pgread.ResolveDSN(o.dsn, a.env)
	if err != nil {
		return outcome.Misused(err)
	}
	if written {
		a.remark("! the password in --dsn can be seen by other users of this computer: use PGPASSWORD, ~/.pgpass or passfile=")
	}
	config.AllowSuperuser = o.super
	tables, server, err := postgres.Collector{Config: config, Now: a.now}.Tables(ctx)
	if err != nil {
		return err
	}
	if !tables.Coverage.IsKnown() {
		return outcome.Mend(fmt.Errorf("the catalogue of %s could not be read: %s", config, tables.Problem), tables.Grant)
	}
	classifier, err := classify.NewClassifier()
	if err != nil {
		return err
	}
	inventory := estate.Inventory{Postgres: []estate.PostgresServer{{Name: config.Address(),
		Databases: estate.Know("pg_database", []estate.Database{{Name: server.Database, Tables: tables}})}}}
	notes := missingSchemas(tables.Value, o.schemas)
	verdicts := columnVerdicts{Version: 1, Database: config.String(), Basis: "catalogue, names and context only; no row was read"}
	var sampled estate.SampledDatabase
	if !o.namesOnly {
		if sampled, err = a.sampleColumns(ctx, config, server, classifier, inventory, o.schemas); err != nil {
			return err
		}
		inventory.Columns = []estate.SampledServer{{Server: config.Address(), Databases: []estate.SampledDatabase{sampled}}}
		notes = append(notes, notesOf(sampled)...)
		tables, rows := accessed(sampled)
		verdicts.Basis = fmt.Sprintf("catalogue, names, context and %d rows of %d tables, read as %s; --dsn is the authorisation", rows, len(tables), server.Role)
	}
	verdicts.Notes = append([]string{}, notes...)
	verdicts.Rows, _ = accessed(sampled)
	for _, j := range classifier.Judge(inventory) {
		for _, c := range j.Columns {
			if wantedSchema(o.schemas, j.Table.Schema) {
				verdicts.Columns = append(verdicts.Columns, columnVerdict{j.Table.Schema, j.Table.Name, c})
			}
		}
	}
	return a.printVerdicts(verdicts, o)
}

// sampleColumns reads rows of what is undecided in the schemas that are wanted.
func (a *app) sampleColumns(ctx context.Context, config pgread.Config, server pgread.Server, classifier *classify.Classifier, inventory estate.Inventory, schemas []string) (estate.SampledDatabase, error) {
	undecided := slices.DeleteFunc(classifier.Undecided(inventory), func(u estate.Undecided) bool { return !wantedSchema(schemas, u.Schema) })
	a.remark("reading rows of %d undecided columns as %s: --dsn is the authorisation for it; --names-only reads none", len(undecided), server.Role)
	collector := sample.Collector{Config: config, Now: a.now, Tally: sample.Accumulators(classifier.Knowledge())}
	sampled := collector.Collect(ctx, undecided, func(e sample.Event) {
		a.log.Debug("reading rows", "table", e.Table)
		if e.Number%50 == 0 || e.Number == e.Tables {
			a.remark("%d of %d tables", e.Number, e.Tables)
		}
	})
	sampled.Database, sampled.Account = server.Database, server.Role
	sampled.AuthorisedBy, sampled.Basis, sampled.Date = who(), "--dsn on the command line", a.now().Format("2006-01-02")
	tables, rows := accessed(sampled)
	a.log.Info("rows read", "database", config.String(), "role", server.Role, "tables", len(tables), "rows", rows)
	return sampled, ctx.Err()
}

func wantedSchema(schemas []string, schema string) bool {
	return len(schemas) == 0 || slices.Contains(schemas, schema)
}

// missingSchemas notes the schemas that were asked for and are not there.
func missingSchemas(tables []estate.Table, schemas []string) []string {
	var notes []string
	for _, schema := range schemas {
		if !slices.ContainsFunc(tables, func(t estate.Table) bool { return t.Schema == schema }) {
			notes = append(notes, fmt.Sprintf("%s: there is no such schema, or no table in it", schema))
		}
	}
	return notes
}

func (a *app) printVerdicts(v columnVerdicts, o columnsOptions) error {
	var err error
	switch {
	case o.asJSON:
		err = writeJSON(a.stdout, v)
	case o.asCSV:
		err = writeVerdicts(a.stdout, v.Columns)
	default:
		printColumns(a.stdout, v)
	}
	if err != nil {
		return err
	}
	for _, note := range v.Notes {
		a.remark("! %s", note)
	}
	if len(v.Notes) > 0 {
		return outcome.Found(fmt.Errorf("%d tables, columns or schemas could not be read, or not in full", len(v.Notes)))
	}
	return nil
}

// writeVerdicts prints CSV as RFC 4180 has it: a heading, CRLF, a row for each label of a column.
func writeVerdicts(w io.Writer, columns []columnVerdict) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{"schema", "table", "column", "class", "confidence", "subtype", "evidence"}}
	for _, c := range columns {
		for _, label := range c.Facets() {
			rows = append(rows, []string{c.Schema, c.Table, c.Column, string(label.Class), strconv.FormatFloat(label.Confidence, 'f', 2, 64),
				label.Subtype, evidenceOf(c.ColumnResult)})
		}
	}
	return out.WriteAll(rows)
}

// evidenceOf puts all evidence in a line: "name: … (PII +0.80); values: … (PII +0.95)".
func evidenceOf(c classify.ColumnResult) string {
	words := make([]string, len(c.Evidence))
	for i, e := range c.Evidence {
		words[i] = fmt.Sprintf("%s: %s (%s %+.2f)", e.Kind, e.Detail, e.Class, e.Weight)
	}
	return strings.Join(words, "; ")
}

func printColumns(w io.Writer, v columnVerdicts) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "TABLE\tCOLUMN\tCLASS\tCONFIDENCE")
	for _, c := range v.Columns {
		fmt.Fprintf(table, "%s.%s\t%s\t%s\t%.2f\n", c.Schema, c.Table, c.Column, c.Words(), c.Confidence)
	}
	table.Flush()
	fmt.Fprintf(w, "\n%s: %d columns; by %s.\n", v.Database, len(v.Columns), v.Basis)
}
