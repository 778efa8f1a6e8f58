package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

func newResponsibilities(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "responsibilities",
		Short: "Say who answers for what, and what shows that they do",
		Long: `responsibilities prints the matrix of duties between the platform's provider and
the customer, how many each of the two is shown to do, the practices that no
machine tells, the vendors with their agreements, and what each service needs to
go on without its system. It reads engagement.yaml alone.

A duty counts as done where evidence shows it that is not older than its maximum
age. It ends with exit code 3 when something is unanswered, unproven, too old, or
nobody's.`,
		Example: `  nightferry responsibilities
  nightferry responsibilities --json | jq '.duties[] | select(.standing != "proven") | .duty'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.responsibilities(asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) responsibilities(asJSON bool) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	account := classify.Account(d.e.Word(), d.e.Services, a.now().Format(time.DateOnly))
	if asJSON {
		err = writeJSON(a.stdout, struct {
			Version int `json:"version"`
			classify.Accountability
		}{1, account})
	} else {
		printAccountability(a.stdout, account)
	}
	if open := openAnswers(account); err == nil && open > 0 {
		return outcome.Found(fmt.Errorf("%d answers are missing, not shown to hold, or tell of a lack", open))
	}
	return err
}

// openAnswers counts what somebody has to see to.
func openAnswers(account classify.Accountability) int {
	open := 0
	for _, d := range account.Duties {
		if d.Standing != classify.Proven {
			open++
		}
	}
	for _, p := range account.Practices {
		if isOpenPractice(p) {
			open++
		}
	}
	for _, v := range account.Vendors {
		if v.Agreement != estate.AgreementUnneeded && (v.Agreement != estate.Signed || v.Standing != classify.Proven) {
			open++
		}
	}
	for _, c := range account.Continuity {
		open += len(c.Missing)
	}
	return open
}

// isOpenPractice tells a practice that is not followed, or not shown to be.
func isOpenPractice(p classify.PracticeResult) bool {
	return p.State != estate.NotNeeded && (p.State != estate.InPlace || p.Standing != classify.Proven)
}

func printAccountability(w io.Writer, account classify.Accountability) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "DUTY\tBY\tWHO\tSTANDING\tEVIDENCE\tDAYS\tALLOWED")
	for _, d := range account.Duties {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.Duty, cmp.Or(string(d.By), "?"), cmp.Or(d.Who, "-"), d.Standing, cmp.Or(d.Evidence, "-"), daysOrNone(d.Age), allowed(d.MaxAge))
	}
	fmt.Fprintln(table)
	fmt.Fprintln(table, "PARTY\tDUTIES\tPROVEN\tTOO OLD\tUNPROVEN")
	for _, s := range account.Scores {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\n", s.Party, s.Duties, s.Proven, s.Old, s.Unproven)
	}
	fmt.Fprintln(table)
	fmt.Fprintln(table, "PRACTICE\tSTATE\tSTANDING\tSAID BY\tEVIDENCE\tDAYS\tALLOWED")
	for _, p := range account.Practices {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Practice.Practice, cmp.Or(string(p.State), "?"), p.Standing, cmp.Or(p.By, "-"), cmp.Or(p.Evidence, "-"), daysOrNone(p.Age), allowed(p.MaxAge))
	}
	fmt.Fprintln(table)
	fmt.Fprintln(table, "VENDOR\tAGREEMENT\tUNTIL\tSTANDING\tCONTACT\tSERVICES")
	for _, v := range account.Vendors {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", v.Name, cmp.Or(string(v.Agreement), "?"), cmp.Or(v.Until, "-"), v.Standing, cmp.Or(v.Contact, "-"), listOr(v.Services, "-"))
	}
	fmt.Fprintln(table)
	fmt.Fprintln(table, "SERVICE\tCRITICALITY\tNOT STATED\tDECIDES\tVENDORS")
	for _, c := range account.Continuity {
		vendors := listOr(c.Vendors, "none's")
		if c.Vendors == nil {
			vendors = "?"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", c.Service, cmp.Or(string(c.Criticality), "?"), listOr(c.Missing, "-"), cmp.Or(c.Authority, "?"), vendors)
	}
	table.Flush()
	fmt.Fprintf(w, "\nAges as of %s. ? is what nobody answered.\n", account.Today)
	if questions := unansweredQuestions(account); len(questions) > 0 {
		fmt.Fprintf(w, "\nTO BE ASKED\n  %s\n", strings.Join(questions, "\n  "))
	}
}

// unansweredQuestions lists in full what nobody answered.
func unansweredQuestions(account classify.Accountability) []string {
	var questions []string
	for _, d := range account.Duties {
		if d.Standing == classify.Unanswered {
			questions = append(questions, d.Duty+": "+d.Question)
		}
	}
	for _, p := range account.Practices {
		if p.Standing == classify.Unanswered {
			questions = append(questions, p.Practice.Practice+": "+p.Question)
		}
	}
	return questions
}

func daysOrNone(age int) string {
	if age < 0 {
		return "-"
	}
	return strconv.Itoa(age)
}

// allowed is a maximum age in days; of what nobody answered there is none.
func allowed(age time.Duration) string {
	if age == 0 {
		return "-"
	}
	return strconv.Itoa(int(age / estate.Day))
}
