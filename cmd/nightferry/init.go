package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
)

// beginnings holds what init writes: the commented template, and a sample that was recorded from the lab (see
// testdata/lab/record-sample.sh).
//
//go:embed template all:sample
var beginnings embed.FS

// newInit makes `nightferry init`.
func newInit(a *app) *cobra.Command {
	var sample, force bool
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Begin an engagement in a new folder",
		Long: `Init writes a commented engagement.yaml into DIR, which it makes if need be.
With --sample it writes an engagement that was recorded from a laboratory of
real servers with synthetic patients: everything after discovery can be tried
on it without a network.

Nothing is ever overwritten. A folder that has something in it is refused, or
with --force completed.`,
		Example: `  nightferry init clinic-north
  nightferry init --sample /tmp/clinic`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return begin(a, args[0], sample, force) },
	}
	cmd.Flags().BoolVar(&sample, "sample", false, "write an engagement recorded from the laboratory")
	cmd.Flags().BoolVar(&force, "force", false, "allow a folder that is not empty; what is there stays")
	return cmd
}

// begin writes the files of a new engagement.
func begin(a *app, dir string, sample, force bool) (err error) {
	if err := refuseOccupied(dir, force); err != nil {
		return err
	}
	files, err := beginning(dir, sample)
	if err != nil {
		return err
	}
	folder, err := engagement.Create(dir)
	if err != nil {
		return err
	}
	defer closing(folder, &err)
	for _, file := range files {
		err := folder.Add(file.name, file.text)
		switch {
		case errors.Is(err, fs.ErrExist):
			a.remark("kept %s, which was there", folder.Path(file.name))
		case err != nil:
			return err
		}
	}
	loaded, err := folder.Engagement(a.env)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s holds the engagement %s\n", dir, loaded.Name)
	if sample {
		a.remark("next: nightferry -C %s classify --offline", typed(dir))
	} else {
		a.remark("next: fill in %s, then nightferry -C %s check", folder.Path(engagement.FileName), typed(dir))
	}
	return nil
}

// refuseOccupied keeps init out of folders that hold something, and always out of an engagement.
func refuseOccupied(dir string, force bool) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return outcome.Misused(fmt.Errorf("init: %w", err))
	}
	for _, entry := range entries {
		if entry.Name() == engagement.FileName {
			return outcome.Mend(outcome.Misused(fmt.Errorf("%s is an engagement already", dir)), "name a new folder")
		}
	}
	if len(entries) > 0 && !force {
		return outcome.Mend(outcome.Misused(fmt.Errorf("%s is not empty", dir)), "name a new folder, or add --force to keep what is there and add to it")
	}
	return nil
}

// seed is one file that init writes.
type seed struct {
	name string // in the folder, with slashes
	text []byte
}

// beginning lists the files of a new engagement: from the sample, or from the template with the folder's name.
func beginning(dir string, sample bool) ([]seed, error) {
	ignore, err := beginnings.ReadFile("template/gitignore")
	if err != nil {
		return nil, err
	}
	files := []seed{{".gitignore", ignore}}
	if !sample {
		text, err := beginnings.ReadFile("template/" + engagement.FileName)
		if err != nil {
			return nil, err
		}
		name := strings.Replace(string(text), "\nname: NAME\n", "\nname: "+nameFor(dir)+"\n", 1)
		return append(files, seed{engagement.FileName, []byte(name)}), nil
	}
	tree, err := fs.Sub(beginnings, "sample")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == ".gitignore" {
			return err
		}
		text, err := fs.ReadFile(tree, name)
		files = append(files, seed{name, text})
		return err
	})
	return files, err
}

// typed is a word as a person types it into a shell.
func typed(word string) string {
	if regexp.MustCompile(`^[\w./~-]+$`).MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// nameFor makes an engagement's name of its folder's.
func nameFor(dir string) string {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	name := strings.ToLower(filepath.Base(dir))
	name = regexp.MustCompile(`[^a-z0-9._-]+`).ReplaceAllString(name, "-")
	name = strings.Trim(name[:min(len(name), 63)], "-._")
	if engagement.CheckName(name) != nil {
		return "engagement"
	}
	return name
}
