package classify

import (
	"slices"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// copies lists the tables of Odoo that hold copies of what other tables hold: old values of tracked fields, mails about
// any record, files attached to any, and exports. What the database holds worst may lie there as well.
func isCopy(table, column string) bool {
	switch table {
	case "mail_tracking_value":
		return slices.Contains([]string{"old_value_char", "new_value_char", "old_value_text", "new_value_text", "old_value_datetime", "new_value_datetime",
			"old_value_float", "new_value_float", "old_value_integer", "new_value_integer", "old_value_monetary", "new_value_monetary"}, column)
	case "mail_message", "mail_mail":
		return slices.Contains([]string{"body", "body_html", "subject", "record_name"}, column)
	case "ir_attachment":
		return slices.Contains([]string{"index_content", "datas", "db_datas", "name", "description"}, column)
	}
	return false
}

// raiseCopies gives the copies of an Odoo database with patients the class of what they copy.
func raiseCopies(judged []Judged, sheets []sheet) {
	patients := ""
	for i := range sheets {
		if sheets[i].context.subject == detect.Patient {
			patients = sheets[i].table.QualifiedName()
			break
		}
	}
	if patients == "" {
		return
	}
	for i := range judged {
		for k := range judged[i].Columns {
			c := &judged[i].Columns[k]
			if !isCopy(judged[i].Table.Name, c.Column) || c.Class.Rank() <= estate.PHI.Rank() || emptyHere(*c) {
				continue
			}
			c.Also = append(c.Also, Label{Class: c.Class, Subtype: c.Subtype, Confidence: c.Confidence})
			if !c.Class.IsSensitive() {
				c.Also = nil
			}
			c.Class, c.Confidence = estate.PHI, 0.75
			c.Evidence = append(c.Evidence, Evidence{Kind: "context", Class: estate.PHI, Weight: 0.75, Detail: "copies of what is tracked, mailed or attached, such as of " + patients})
		}
	}
}

// emptyHere tells whether rows were read, and nothing stood in the column.
func emptyHere(c ColumnResult) bool {
	return c.Class == estate.NotAssessed && len(c.Evidence) > 0
}
