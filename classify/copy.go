package classify

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// personalNumbers lists the kinds of numbers that one person alone has. Names, mail addresses and telephone numbers are not among
// them: what an application brings along, and its staff, have those in any copy.
func personalNumbers() []string {
	var words []string
	for _, k := range []estate.Kind{estate.KindMRN, estate.KindHealthPlan, estate.KindNHS, estate.KindMBI, estate.KindKVNR, estate.KindSSN, estate.KindNIR, estate.KindDNI,
		estate.KindNUSS, estate.KindSteuerID, estate.KindPensionNumber, estate.KindINSZ, estate.KindBSN, estate.KindAHV, estate.KindCodiceFiscale, estate.KindNINO,
		estate.KindNationalID, estate.KindPassport, estate.KindDrivingLicence, estate.KindIBAN, estate.KindPAN} {
		words = append(words, k.String())
	}
	return words
}

// surely is the weight from which on values show a kind of number beyond chance.
const surely = 0.75

// held holds what people say of copies against what rows showed, in the order of the databases.
func held(in Input) []estate.Copy {
	kinds := personalNumbers()
	var list []estate.Copy
	for _, c := range in.Copies {
		server, database, _ := strings.Cut(c.Database, "/")
		if sampled := in.Inventory.Sampled(server, database); sampled != nil {
			c.Sampled = slices.ContainsFunc(sampled.Tables, func(t estate.SampledTable) bool { return t.Rows > 0 })
		}
		for _, d := range in.Classification.Databases {
			if d.Server != server || d.Database != database {
				continue
			}
			for _, t := range d.Tables {
				for _, column := range t.Sensitive {
					if slices.Contains(kinds, column.Subtype) && column.showsValues() {
						c.Identifiers = append(c.Identifiers, t.Table+"."+column.Column+" ("+column.Subtype+")")
					}
				}
			}
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b estate.Copy) int { return strings.Compare(a.Database, b.Database) })
	return list
}

// showsValues tells whether values, and not the name alone, show what the column is.
func (r *ColumnResult) showsValues() bool {
	return slices.ContainsFunc(r.Evidence, func(e Evidence) bool { return e.Kind == "values" && e.Weight >= surely })
}
