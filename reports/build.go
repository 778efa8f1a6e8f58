package reports

import (
	"time"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/plan"
)

// Input is what the files of an engagement say. A stage that has not run yet is nil.
type Input struct {
	Engagement     string
	Services       []estate.Service
	Inventory      estate.Inventory
	Classification *classify.Classification
	Assessment     *classify.Assessment
	Plan           *plan.Plan
	Made           time.Time
}

// Build makes the document of an assessment.
func Build(in Input) Document {
	return Document{
		Title: in.Engagement, Made: in.Made.UTC().Truncate(time.Second),
		Summary: summarise(in),
		Sheets: []Sheet{
			services(in), readinesses(in), tenancies(in), controlLevels(in), recoveries(in), continuity(in), responsibilities(in), scorecard(in), hosts(in), care(in), backups(in), databases(in), tables(in), landing(in), odooServers(in), modules(in), moduleVerdicts(in), code(in),
			integrations(in), findings(in), unjudged(in), dataClasses(in), sensitive(in), waves(in), coverage(in),
		},
	}
}

// notYet is the only row of a sheet whose stage has not run.
func notYet(columns int, command string) [][]Cell {
	row := make([]Cell, columns)
	for i := range row {
		row[i] = Unknown(estate.NotAsked)
	}
	row[0] = Cell{Kind: Missing, Text: "not done yet: run nightferry " + command}
	return [][]Cell{row}
}
