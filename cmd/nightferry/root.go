package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightferry/internal/hardening"
	"nightferry/internal/outcome"
)

// run is the whole program: it takes its surroundings as arguments and returns
// the exit code.
func run(ctx context.Context, env func(string) (string, bool), args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	a := &app{
		env: env, stdin: stdin, stdout: &results{to: stdout}, stderr: stderr,
		now: time.Now, log: slog.New(slog.DiscardHandler),
	}
	defer func() {
		if broken := recover(); broken != nil {
			code = reportPanic(stderr, broken)
		}
	}()
	if err := hardening.Apply(); err != nil {
		return report(stderr, err)
	}
	ctx, stop := interruptible(ctx, stderr)
	defer stop()
	err := execute(ctx, newRoot(a), args)
	if a.stdout.err != nil {
		err = a.stdout.err // what the command made of it is a consequence
	}
	return report(stderr, errors.Join(err, a.close()))
}

// newRoot wires the program together.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "nightferry",
		Short: "Assess a healthcare Odoo estate, plan its move, drive the cutover night",
		Long: `nightferry assesses a healthcare Odoo estate on legacy VMs, plans its move to a
governed cloud platform in waves, drives each cutover night, and proves
afterwards that nothing was lost.

Exit codes: 0 done, 1 failed, 2 used wrongly, 3 done and blockers or mismatches
were found, 4 cutover rolled back, 5 cutover stopped and a person must act,
130 interrupted.`,
		Version:                    version(),
		SilenceErrors:              true, // report prints them
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		PersistentPreRunE:          func(*cobra.Command, []string) error { return a.settle() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("nightferry {{.Version}}\n")
	root.Flags().Bool("version", false, "say which build this is")

	flags := root.PersistentFlags()
	flags.StringVarP(&a.dir, "directory", "C", ".", "work on the engagement in `DIR`")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "print results and errors only")
	flags.BoolVar(&a.noInput, "no-input", false, "never ask; fail where an answer is needed")
	flags.BoolVar(&a.noColor, "no-color", false, "no colours (NO_COLOR works too)")
	flags.StringVar(&a.logFile, "log", "", "append what happens to `FILE`, as JSON lines")
	flags.BoolVar(&a.debug, "debug", false, "say more in the log")

	root.AddCommand(
		// One line a subcommand, in the order of the work.
		newInit(a),
		newCheck(a),
		newDiscover(a),
		newClassify(a),
		newIntegrations(a),
		newModules(a),
		newAssess(a),
		newFindings(a),
		newRecovery(a),
		newRules(a),
		newResponsibilities(a),
		newPlan(a),
		newCutover(a),
		newReport(a),
		newValidate(a),
	)
	root.InitDefaultCompletionCmd("completion")
	root.SetHelpCommand(newHelp())
	root.InitDefaultHelpCmd()
	groups(root)
	return root
}

// groups makes every command that only holds others refuse to be run by
// itself: cobra would print help and report success to the script that
// mistyped.
func groups(cmd *cobra.Command) {
	if !cmd.Runnable() {
		cmd.Args = knownCommand
		cmd.RunE = func(cmd *cobra.Command, _ []string) error {
			return outcome.Mend(outcome.Misused(errors.New("no command was named")), cmd.CommandPath()+" --help lists them")
		}
	}
	for _, sub := range cmd.Commands() {
		groups(sub)
	}
}

// newHelp replaces cobra's own, which answers a mistyped name with success.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]...",
		Short: "Show how a command is used",
		RunE: func(help *cobra.Command, args []string) error {
			cmd, rest, err := help.Root().Find(args)
			if err != nil {
				return outcome.Misused(err)
			}
			if len(rest) > 0 {
				return outcome.Misused(knownCommand(cmd, rest))
			}
			return cmd.Help()
		},
	}
}

// knownCommand refuses words that name no command, and offers near ones.
func knownCommand(group *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("there is no command %q", args[0])
	if near := group.SuggestionsFor(args[0]); len(near) > 0 {
		return outcome.Mend(err, "did you mean "+strings.Join(near, " or ")+"?")
	}
	return outcome.Mend(err, group.CommandPath()+" --help lists the commands")
}

// execute runs the command that args name. An error from before the command's
// own RunE began (flags, arguments, required and exclusive flags) is wrong use,
// whoever raised it.
func execute(ctx context.Context, root *cobra.Command, args []string) error {
	begun := false
	notice(root, &begun)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil || begun {
		return err
	}
	err = outcome.Misused(err)
	if len(outcome.Mends(err)) == 0 {
		err = outcome.Mend(err, cmd.CommandPath()+" --help shows how it is used")
	}
	return err
}

// notice makes every command under cmd set begun when its RunE begins.
func notice(cmd *cobra.Command, begun *bool) {
	if inner := cmd.RunE; inner != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*begun = true
			return inner(cmd, args)
		}
	}
	for _, sub := range cmd.Commands() {
		notice(sub, begun)
	}
}

// jsonFlag adds --json, which every reading command has. The JSON it prints
// carries its version in the first field.
func jsonFlag(cmd *cobra.Command, asJSON *bool) {
	cmd.Flags().BoolVar(asJSON, "json", false, "print the result as JSON")
}
