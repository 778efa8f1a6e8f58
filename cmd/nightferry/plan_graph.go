package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"nightferry/internal/outcome"
	"nightferry/plan/picture"
)

func newPlanGraph(a *app) *cobra.Command {
	var format string
	var all bool
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "Draw the waves, and which service needs which",
		Long: fmt.Sprintf(`graph reads plan.yaml and draws a column a wave, with an arrow from each service to
what it needs. Dependencies that cross sites are dashed and say so. Of more than %d
services those of a wave in one environment are one box, with their count. The svg is drawn without other programs; dot is for Graphviz.`, picture.Readable),
		Example: `  nightferry plan graph --format svg > waves.svg
  nightferry plan graph --format dot --all | dot -Tpdf > waves.pdf
  nightferry plan graph --format json | jq '.arrows[] | select(.crosses)'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.planGraph(format, all) },
	}
	cmd.Flags().StringVar(&format, "format", "svg", "`FORMAT`: svg, dot, mermaid or json")
	cmd.Flags().BoolVar(&all, "all", false, "draw each service, however many there are")
	return cmd
}

func (a *app) planGraph(format string, all bool) (err error) {
	draw := map[string]func(picture.Picture) string{"svg": picture.SVG, "dot": picture.Dot, "mermaid": picture.Mermaid}[format]
	if draw == nil && format != "json" {
		return outcome.Mend(outcome.Misused(fmt.Errorf("there is no format %q", format)), "the formats are svg, dot, mermaid and json")
	}
	saved, err := a.readPlan()
	if err != nil {
		return err
	}
	pic, err := picture.Of(saved, all)
	if err != nil {
		return outcome.Mend(err, "write the plan anew: nightferry plan")
	}
	if draw == nil {
		return writeJSON(a.stdout, pic)
	}
	_, err = io.WriteString(a.stdout, draw(pic))
	return err
}
