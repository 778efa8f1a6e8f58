package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nightferry/classify"
	"nightferry/internal/estate"
)

func databases(in Input) Sheet {
	s := Sheet{Name: "Databases", Purpose: "Each PostgreSQL database, with what matters for moving it.",
		Columns: []Column{{"Server", 16}, {"Database", 20}, {"Environment", 15}, {"Coverage", 11}, {"Host", 14}, {"PostgreSQL", 12}, {"Owner", 14},
			{"Encoding", 10}, {"Collation", 12}, {"Size", 16}, {"Tables", 12}, {"Without primary key", 12}, {"Sequences", 13},
			{"Extensions", 24}, {"Data class", 14}, {"Superusers", 11}, {"WAL archiving", 22}, {"Client groups", 10}, {"Read as", 14}}}
	for _, server := range in.Inventory.Postgres {
		if !server.Databases.Coverage.IsKnown() {
			s.Rows = append(s.Rows, databaseRow(in, server, estate.Database{SizeBytes: -1}, Unknown(server.Databases.Coverage)))
			continue
		}
		for _, d := range server.Databases.Value {
			s.Rows = append(s.Rows, databaseRow(in, server, d, Text(d.Name)))
		}
	}
	return s
}

func databaseRow(in Input, server estate.PostgresServer, d estate.Database, name Cell) []Cell {
	known := func(value Cell) Cell {
		if name.Kind == Missing {
			return name
		}
		return value
	}
	size := Bytes(d.SizeBytes)
	if d.SizeBytes < 0 {
		size = Unknown(estate.Denied)
	}
	isTable := func(t estate.Table) bool { return t.Kind == "table" || t.Kind == "partitioned" }
	return []Cell{
		Text(server.Name), name, Text(string(server.Environment)), covered(server.Collected.Coverage), Stated(server.Host),
		told(server.Version, func(v estate.PostgresVersion) Cell { return Text(firstWord(v.Text)) }),
		known(Text(d.Owner)), known(Text(d.Encoding)), known(Text(d.Collation)), known(size),
		counting(d.Tables, isTable),
		counting(d.Tables, func(t estate.Table) bool { return isTable(t) && len(t.PrimaryKey) == 0 }),
		length(d.Sequences), told(d.Extensions, extensions), databaseClass(in, server.Name, d.Name),
		counting(server.Roles, func(r estate.Role) bool { return r.Superuser }),
		told(server.Archiver, archiving), length(server.Clients), Text(server.Collected.Account),
	}
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

func extensions(list []estate.Extension) Cell {
	var names []string
	for _, e := range list {
		names = append(names, e.Name)
	}
	return Text(strings.Join(names, ", "))
}

func archiving(a estate.Archiver) Cell {
	if a.Mode != "on" && a.Mode != "always" {
		return Text("off").Toned(Bad)
	}
	if a.LastArchived.IsZero() {
		return Text("on, nothing archived yet").Toned(Bad)
	}
	return Text("on, last " + a.LastArchived.UTC().Format("2006-01-02 15:04"))
}

// databaseResult finds the classification of a database, or nil.
func databaseResult(in Input, server, database string) *classify.DatabaseResult {
	if in.Classification == nil {
		return nil
	}
	for i, d := range in.Classification.Databases {
		if d.Server == server && d.Database == database {
			return &in.Classification.Databases[i]
		}
	}
	return nil
}

func databaseClass(in Input, server, database string) Cell {
	d := databaseResult(in, server, database)
	if d == nil || !d.Coverage.IsKnown() {
		return Cell{Kind: Missing, Text: "not assessed"}
	}
	return classed(d.Class)
}

func tables(in Input) Sheet {
	s := Sheet{Name: "Tables", Purpose: "Every table, largest first within its database. Rows are the planner's estimates.",
		Columns: []Column{{"Server", 14}, {"Database", 16}, {"Table", 44}, {"Kind", 13}, {"Rows (estimate)", 14}, {"Size", 16}, {"Primary key", 24},
			{"Columns", 9}, {"Sensitive columns", 11}, {"Data class", 14}, {"References", 11}}}
	for _, server := range in.Inventory.Postgres {
		for _, d := range server.Databases.Value {
			classes := map[string]classify.TableResult{}
			if result := databaseResult(in, server.Name, d.Name); result != nil {
				for _, t := range result.Tables {
					classes[t.Schema+"."+t.Table] = t
				}
			}
			list := slices.Clone(d.Tables.Value)
			slices.SortStableFunc(list, func(a, b estate.Table) int { return int(max(-1, min(1, b.TotalBytes-a.TotalBytes))) })
			for _, t := range list {
				s.Rows = append(s.Rows, tableRow(server.Name, d.Name, t, classes))
			}
			if !d.Tables.Coverage.IsKnown() {
				row := []Cell{Text(server.Name), Text(d.Name)}
				for range len(s.Columns) - len(row) {
					row = append(row, Unknown(d.Tables.Coverage))
				}
				s.Rows = append(s.Rows, row)
			}
		}
	}
	return s
}

func tableRow(server, database string, t estate.Table, classes map[string]classify.TableResult) []Cell {
	rows := Count(t.RowEstimate)
	if t.RowEstimate < 0 {
		rows = Cell{Kind: Missing, Text: "never analysed"}
	}
	class, sensitive := Cell{Kind: Missing, Text: "not assessed"}, Unknown(estate.NotAsked)
	if result, ok := classes[t.QualifiedName()]; ok {
		class, sensitive = classed(result.Class), Count(len(result.Sensitive))
	}
	key := Text(strings.Join(t.PrimaryKey, ", "))
	if len(t.PrimaryKey) == 0 && (t.Kind == "table" || t.Kind == "partitioned") {
		key = Text("none").Toned(Bad)
	}
	return []Cell{Text(server), Text(database), Text(t.QualifiedName()), Text(t.Kind), rows, Bytes(t.TotalBytes), key,
		Count(len(t.Columns)), sensitive, class, Count(len(t.References))}
}

func dataClasses(in Input) Sheet {
	s := Sheet{Name: "Data classes", Purpose: "How many columns of each class a database holds.",
		Columns: []Column{{"Server", 16}, {"Database", 22}, {"Data class", 14}}}
	for _, class := range byHarm() {
		s.Columns = append(s.Columns, Column{string(class), 15})
	}
	if in.Classification == nil {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	for _, d := range in.Classification.Databases {
		row := []Cell{Text(d.Server), Text(d.Database), databaseClass(in, d.Server, d.Database)}
		for _, class := range byHarm() {
			if !d.Coverage.IsKnown() {
				row = append(row, Unknown(d.Coverage))
				continue
			}
			row = append(row, Count(d.Columns[class]))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

func sensitive(in Input) Sheet {
	s := Sheet{Name: "Sensitive columns", Purpose: "Every column that needs protection, with the evidence that decided it.",
		Columns: []Column{{"Server", 14}, {"Database", 16}, {"Table", 36}, {"Column", 28}, {"Data class", 14}, {"Subtype", 20}, {"Confidence", 12}, {"Evidence", 80}}}
	if in.Classification == nil {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	for _, d := range in.Classification.Databases {
		for _, t := range d.Tables {
			for _, c := range t.Sensitive {
				var evidence []string
				for _, e := range c.Evidence {
					evidence = append(evidence, fmt.Sprintf("%s: %s", e.Kind, e.Detail))
				}
				s.Rows = append(s.Rows, []Cell{Text(d.Server), Text(d.Database), Text(t.Schema + "." + t.Table), Text(c.Column),
					classed(c.Class), Text(c.Subtype), Percent(c.Confidence), Text(strings.Join(evidence, "; "))})
			}
		}
	}
	return s
}

func joinInts(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}
