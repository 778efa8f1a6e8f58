package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/classify/recovery"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
	"nightferry/internal/yamlfile"
)

func newRecovery(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "recovery [SERVICE]...",
		Short: "Hold each service's RTO and RPO against what backups, archives and restores support",
		Long: `recovery says of each business service how much it may lose and how long it may
take by what people stated, or else by the tier of its criticality, and what the
evidence supports: the newest backup, the archive of the write-ahead log, sizes,
restores that were tried. Results are ranges, with what they assume. A backup that
nobody restored is not proven, and what is not known is never met.

met: at worst, and proven. not proven: met if the backup can be restored. at risk:
met at best. missed: not met. unknown: what would tell is not known.

It reads assessment.json, which classify and assess write. It ends with exit code 3
when a service misses its RTO or RPO.`,
		Example: `  nightferry recovery
  nightferry recovery erp
  nightferry recovery --json`,
		RunE: func(_ *cobra.Command, args []string) error { return a.recovery(args, asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) recovery(names []string, asJSON bool) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	var assessment classify.Assessment
	if err := d.ReadJSON(engagement.AssessmentFile, &assessment); err != nil {
		return unclassified(err)
	}
	if assessment.Demands == nil {
		return outcome.Mend(fmt.Errorf("the assessment is of an older nightferry"), "run: nightferry assess")
	}
	all := assessment.Demands.Recovery
	if len(all) == 0 {
		return outcome.Mend(fmt.Errorf("engagement.yaml names no business service"), "name what the hospital would miss under services, then run: nightferry assess")
	}
	var known []string
	for _, r := range all {
		known = append(known, r.Service)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return outcome.Mend(outcome.Misused(fmt.Errorf("there is no service %q", name)), yamlfile.Mend(name, known))
		}
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(r recovery.Result) bool { return len(names) > 0 && !slices.Contains(names, r.Service) })
	switch {
	case asJSON:
		err = writeJSON(a.stdout, struct {
			Version  int               `json:"version"`
			Policy   string            `json:"policy"`
			Recovery []recovery.Result `json:"recovery"`
		}{1, assessment.Demands.Policies.Recovery.Version, chosen})
	case len(names) > 0:
		for _, r := range chosen {
			printService(a.stdout, r)
		}
	default:
		printRecovery(a.stdout, chosen)
	}
	if err != nil {
		return err
	}
	missed := 0
	for _, r := range chosen {
		if r.RTO.Verdict == recovery.Missed || r.RPO.Verdict == recovery.Missed {
			missed++
		}
	}
	if missed > 0 {
		return outcome.Found(fmt.Errorf("%d of %d services miss their RTO or RPO", missed, len(chosen)))
	}
	return nil
}

func printRecovery(w io.Writer, results []recovery.Result) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "SERVICE\tTIER\tRTO\tEVIDENCE SUPPORTS\tVERDICT\tRPO\tEVIDENCE SUPPORTS\tVERDICT\tSINGLE POINTS")
	for _, r := range results {
		tier := r.Tier
		if tier == "" {
			tier = "unknown"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", r.Service, tier, required(r.RTO), r.RTO.Supports.Words("never"), r.RTO.Verdict,
			required(r.RPO), r.RPO.Supports.Words("all is lost"), r.RPO.Verdict, len(r.Singles))
	}
	table.Flush()
	fmt.Fprintln(w, "\nnightferry recovery SERVICE tells what it rests on. By "+results[0].Policy+".")
}

func required(d recovery.Demand) string {
	if d.Required == 0 {
		return "not stated"
	}
	return recovery.Length(time.Duration(d.Required) * time.Second)
}

func printService(w io.Writer, r recovery.Result) {
	fmt.Fprintf(w, "%s, as read %s UTC, by %s\n", r.Service, r.AsOf.UTC().Format(time.DateTime), r.Policy)
	fmt.Fprintf(w, "  RTO %s (%s): evidence supports %s: %s\n", required(r.RTO), r.RTO.By, r.RTO.Supports.Words("never"), r.RTO.Verdict)
	fmt.Fprintf(w, "  RPO %s (%s): evidence supports %s: %s\n", required(r.RPO), r.RPO.By, r.RPO.Supports.Words("all is lost"), r.RPO.Verdict)
	for _, part := range r.Parts {
		proven := "never restored"
		if part.Proven != nil {
			proven = "restored " + part.Proven.Date
		}
		fmt.Fprintf(w, "\n  %s: backup %s; %s; loss %s, restore of its data %s\n", part.Asset, part.Backup, proven, part.Loss.Words("all"), part.Restore.Words("never"))
		printList(w, "    ", part.Why)
	}
	for _, list := range []struct {
		title string
		lines []string
	}{{"Nothing stands in for", r.Singles}, {"Not known", r.Unknowns}, {"Assumed", r.Assumed}} {
		if len(list.lines) > 0 {
			fmt.Fprintf(w, "\n  %s:\n    %s\n", list.title, strings.Join(list.lines, "\n    "))
		}
	}
	fmt.Fprintln(w)
}
