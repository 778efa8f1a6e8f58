package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"nightferry/classify/modules"
)

// printModules prints a report: a paragraph a server, its modules, and the hours.
func printModules(w io.Writer, r modules.Report) {
	for _, s := range r.Servers {
		where := ""
		if s.Host != "" {
			where = " on " + s.Host
		}
		fmt.Fprintf(w, "%s%s, %s: Odoo %s → %s\n", s.Odoo, where, s.Environment, cmp.Or(s.From, "not known"), r.Target)
		if !s.Coverage.IsKnown() {
			fmt.Fprintf(w, "  modules: %s\n", s.Coverage)
		} else {
			fmt.Fprintf(w, "  %s\n", tally(s.Verdicts))
		}
		if s.Problem != "" {
			fmt.Fprintf(w, "  ! %s\n", s.Problem)
		}
		if s.Mend != "" {
			fmt.Fprintf(w, "    → %s\n", s.Mend)
		}
		fmt.Fprintln(w)
		if len(s.Modules) > 0 {
			printJudgements(w, s.Modules)
			fmt.Fprintln(w)
		}
		printEffort(w, s)
	}
	printRewrites(w, r)
	fmt.Fprintf(w, "ALL CUSTOM CODE, each once: automatic %s, assisted %s, manual %s; together %s (table of hours %s)\n",
		r.Effort.Automatic, r.Effort.Assisted, r.Effort.Manual, r.Effort.Total(), r.Policy)
	for _, a := range r.Assumptions {
		fmt.Fprintf(w, "  %s\n", a)
	}
}

// tally counts verdicts in the order of need.
func tally(counts map[modules.Verdict]int) string {
	var parts []string
	for _, v := range modules.Verdicts() {
		if n := counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "no module is installed")
}

func printJudgements(w io.Writer, list []modules.Judgement) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "MODULE\tVERDICT\tBECOMES\tHOW SURE\tWHY")
	for _, j := range list {
		why := strings.Join(j.Reasons, "; ")
		if j.Advice != "" {
			why = strings.TrimPrefix(why+" → "+j.Advice, " ")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", j.Name, j.Verdict, cmp.Or(j.Becomes, "-"), j.Sureness, cmp.Or(why, "-"))
	}
	table.Flush()
}

// printEffort prints the hours of a server's custom code, and what they were counted from.
func printEffort(w io.Writer, s modules.Server) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	heading := "CUSTOM CODE\tAUTOMATIC\tASSISTED\tMANUAL\tCOUNTED\n"
	row := func(name string, e modules.Effort) {
		fmt.Fprintf(table, "%s%s\t%s\t%s\t%s\t%s\n", heading, name, e.Automatic, e.Assisted, e.Manual, cmp.Or(e.Counted(), "nothing"))
		heading = ""
	}
	for _, j := range s.Modules {
		if j.Effort != nil {
			row(j.Name, *j.Effort)
		} else if j.Verdict == modules.Custom {
			fmt.Fprintf(table, "%s%s\tnot known\tnot known\tnot known\tits code was not seen\n", heading, j.Name)
			heading = ""
		}
	}
	if s.Database != nil {
		row("(made in the database)", s.Database.Effort)
		if len(s.Database.Unread) > 0 {
			fmt.Fprintf(table, "\tat least\tat least\tat least\tnot read: %s\n", strings.Join(s.Database.Unread, ", "))
		}
	}
	if table.Flush(); heading == "" {
		fmt.Fprintln(w)
	}
}

// printRewrites lists the classes of changes that the listed code has to go through, once each.
func printRewrites(w io.Writer, r modules.Report) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	seen := map[modules.Rewrite]bool{}
	for _, s := range r.Servers {
		for _, j := range s.Modules {
			if j.Effort == nil {
				continue
			}
			for _, c := range j.Effort.Rewrites {
				if len(seen) == 0 {
					fmt.Fprintln(table, "REWRITES\tIN\tHOW\tBY\tWHAT")
				}
				if !seen[c] {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", c.Version, c.In, c.How, cmp.Or(c.By, "-"), c.What)
				}
				seen[c] = true
			}
		}
	}
	if table.Flush(); len(seen) > 0 {
		fmt.Fprintln(w)
	}
}
