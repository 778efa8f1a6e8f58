package classify

import (
	"fmt"

	"nightferry/internal/estate"
)

// basisOf says in words what the judgement of a database rests on: rows, and by whose leave, or none.
func basisOf(inventory estate.Inventory, server, database string) string {
	const bare = "catalogue, names and context only; "
	sampled := inventory.Sampled(server, database)
	if sampled == nil {
		return bare + "no row was read (engagement.yaml states no leave, or nobody has asked yet)"
	}
	rows, tables := 0, 0
	for _, t := range sampled.Tables {
		if rows += t.Rows; t.Rows > 0 {
			tables++
		}
	}
	leave := fmt.Sprintf("authorised by %s (%s, %s)", sampled.AuthorisedBy, sampled.Basis, sampled.Date)
	if sampled.Coverage.IsKnown() || rows > 0 {
		return fmt.Sprintf("catalogue, names, context and %d rows of %d tables, read on %s as %s, %s", rows, tables,
			sampled.At.Format("2006-01-02"), sampled.Account, leave)
	}
	return bare + fmt.Sprintf("rows could not be read as %s, %s: %s", sampled.Account, leave, sampled.Problem)
}

// basis says the same of all databases together.
func basis(inventory estate.Inventory) string {
	databases, read := 0, 0
	for _, server := range inventory.Postgres {
		for _, d := range server.Databases.Value {
			databases++
			if s := inventory.Sampled(server.Name, d.Name); s != nil && len(s.Tables) > 0 {
				read++
			}
		}
	}
	if read == 0 {
		return "catalogue of Odoo fields, column names and context; no row was read"
	}
	return fmt.Sprintf("catalogue of Odoo fields, column names and context, and rows of undecided columns in %d of %d databases", read, databases)
}
