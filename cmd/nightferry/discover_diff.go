package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nightferry/internal/drift"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

func newDiscoverDiff(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff [BEFORE]",
		Short: "Say what changed in the estate since an earlier discovery",
		Long: `diff compares the inventory with an earlier one and lists what came, what went,
what is not as it was, and what can no longer be seen. Load, connections, sizes
and times move by themselves and are left out.

BEFORE is a folder with an inventory, or a commit of the git repository that
the engagement's folder is in; HEAD when it is not named. It ends with exit
code 3 when something changed.`,
		Example: `  nightferry discover --fresh && nightferry discover diff
  nightferry discover diff HEAD~1 --json | jq '.changes[].section'
  nightferry discover diff ../clinic-north-march`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			before := "HEAD"
			if len(args) > 0 {
				before = args[0]
			}
			return a.discoverDiff(cmd.Context(), before, asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) discoverDiff(ctx context.Context, before string, asJSON bool) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	now, err := d.Inventory()
	if err != nil {
		return err
	}
	was, err := earlier(ctx, d.Path("."), before)
	if err != nil {
		return err
	}
	changes, err := drift.Compare(was, now)
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(a.stdout, struct {
			Version int            `json:"version"`
			Changes []drift.Change `json:"changes"`
		}{1, changes})
	} else {
		err = printChanges(a.stdout, changes)
	}
	if err != nil || len(changes) == 0 {
		return err
	}
	return outcome.Found(fmt.Errorf("%d things are not as they were in %s", len(changes), before))
}

// earlier reads the inventory of a folder, or of a commit.
func earlier(ctx context.Context, dir, before string) (estate.Inventory, error) {
	files, err := filesOf(ctx, dir, before, "inventory")
	if err != nil {
		return estate.Inventory{}, err
	}
	inventory, err := engagement.ReadInventory(files, before)
	if err == nil && len(inventory.Hosts)+len(inventory.Postgres)+len(inventory.Odoo)+len(inventory.Clusters) == 0 {
		err = outcome.Mend(outcome.Misused(fmt.Errorf("%s has no inventory", before)), "name a folder, or a commit, that has one: nightferry discover diff BEFORE")
	}
	return inventory, err
}

// filesOf gives a folder's files, or one of them, as it or a folder below it was in a commit.
func filesOf(ctx context.Context, dir, before, wanted string) (fs.FS, error) {
	if info, err := os.Stat(before); err == nil && info.IsDir() {
		return os.DirFS(before), nil
	}
	mend := "name a folder with an earlier " + wanted + ", or keep the engagement in git and name a commit"
	if strings.HasPrefix(before, "-") {
		return nil, outcome.Mend(outcome.Misused(fmt.Errorf("%q is neither a folder nor a commit", before)), mend)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	// From inside a folder of a repository, git gives that folder's files by their names in it.
	archive, err := exec.CommandContext(ctx, "git", "-C", dir, "archive", "--format=zip", before, wanted).Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, outcome.Mend(outcome.Misused(fmt.Errorf("there is no folder %s, and no git to ask for a commit of that name", before)), mend)
	}
	if err != nil {
		return nil, outcome.Mend(outcome.Misused(fmt.Errorf("there is no folder %s, and git has no commit of that name with %s", before, wanted)), mend)
	}
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("git's archive of %s cannot be read: %w", before, err)
	}
	return files, nil
}

func printChanges(w io.Writer, changes []drift.Change) error {
	if len(changes) == 0 {
		_, err := fmt.Fprintln(w, "Nothing changed.")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "ASSET\tSECTION\tCHANGE\tWHAT")
	for _, c := range changes {
		what := []string{}
		if c.Thing != "" {
			what = append(what, c.Thing)
		}
		for _, field := range c.Fields {
			what = append(what, fmt.Sprintf("%s: %s → %s", field.Name, cmp.Or(field.Old, "(not stated)"), cmp.Or(field.New, "(not stated)")))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.Asset, cmp.Or(c.Section, "-"), c.Kind, strings.Join(what, "; "))
	}
	return table.Flush()
}
