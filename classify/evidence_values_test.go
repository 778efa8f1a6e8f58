package classify_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// rows is a table with what stands in its columns: each column is "name type", its values are made by number of the row.
type rows struct {
	table  string
	fields []field
	refs   []estate.ForeignKey
}

type field struct {
	name, sqlType string
	value         func(i int) string // nil for NULL in every row
}

// judge samples the tables and gives each column's verdict by "table.column".
func judge(t *testing.T, odoo bool, tables ...rows) map[string]classify.ColumnResult {
	t.Helper()
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	var database estate.Database
	sampled := estate.SampledDatabase{Database: "d", Coverage: estate.Known}
	database.Name, database.Tables.Coverage = "d", estate.Known
	if odoo {
		for _, name := range []string{"ir_model", "ir_module_module"} {
			database.Tables.Value = append(database.Tables.Value, estate.Table{Schema: "public", Name: name})
		}
	}
	for _, r := range tables {
		table := estate.Table{Schema: "public", Name: r.table, PrimaryKey: []string{"id"}, References: r.refs}
		st := estate.SampledTable{Schema: "public", Table: r.table, Rows: 60}
		for _, f := range r.fields {
			table.Columns = append(table.Columns, estate.Column{Name: f.name, Type: f.sqlType})
		}
		for k, f := range r.fields {
			a := detect.NewAccumulator(c.Knowledge(), table.Columns[k])
			for i := range 60 {
				switch {
				case f.value == nil:
					a.Add(nil)
				case f.name == "value" && r.fields[0].name == "key":
					a.AddKeyed([]byte(r.fields[0].value(i)), []byte(f.value(i)))
				default:
					a.Add([]byte(f.value(i)))
				}
			}
			st.Columns = append(st.Columns, a.Counts())
		}
		database.Tables.Value = append(database.Tables.Value, table)
		sampled.Tables = append(sampled.Tables, st)
	}
	inventory := estate.Inventory{
		Postgres: []estate.PostgresServer{{Name: "s", Databases: estate.Know("q", []estate.Database{database})}},
		Columns:  []estate.SampledServer{{Server: "s", Databases: []estate.SampledDatabase{sampled}}},
	}
	verdicts := map[string]classify.ColumnResult{}
	for _, judged := range c.Judge(inventory) {
		for _, column := range judged.Columns {
			verdicts[judged.Table.Name+"."+column.Column] = column
		}
	}
	return verdicts
}

func of(list ...string) func(int) string { return func(i int) string { return list[i%len(list)] } }

func format(pattern string) func(int) string {
	return func(i int) string { return fmt.Sprintf(pattern, i) }
}

// nhsNumber makes a number of the test range 999 with its check digit, or with a wrong one.
func nhsNumber(right bool) func(int) string {
	return func(i int) string {
		for serial := i * 7; ; serial++ {
			for check := range 10 {
				number := fmt.Sprintf("999%06d%d", serial%1_000_000, check)
				if _, passed := detect.Matches(estate.KindNHS, []byte(number)); passed {
					if !right {
						number = number[:9] + string('0'+(number[9]-'0'+3)%10)
					}
					return number
				}
			}
		}
	}
}

// TestValuesDecide: a name that tells nothing hides nothing, and one that tells wrong is contradicted.
func TestValuesDecide(t *testing.T) {
	t.Parallel()
	people := of("Jane Roe", "John Smith", "Marie Dupont", "Hans Müller", "María García", "Peter Schmidt", "Anna Weber", "Luis Pérez")
	got := judge(t, false, rows{table: "t_017", fields: []field{
		{"id", "integer", format("%d")}, {"x1", "text", people}, {"attr_7", "text", format("user%d@clinic.example")}, {"field_23", "text", nhsNumber(true)},
		{"data1", "text", of("$2b$12$C6UzMDM.H6dfI/f/IKcEeO1x1x1x1x1x1x1x1x1x1", "$2b$12$D6UzMDM.H6dfI/f/IKcEeO1x1x1x1x1x1x1x1x1x2")},
		{"number", "text", nhsNumber(false)}, {"seq", "bigint", func(i int) string { return fmt.Sprint(4_000_000_000 + i) }},
		{"email_template", "text", of("Dear {{ object.name }}", "Hello ${partner.name}")}, {"phone", "text", of("true", "false")},
		{"password", "text", of("never", "always")}, {"name", "text", of("Warehouse A", "Warehouse B", "Room 3")}, {"uid", "text", of("7c9e6679-7425-40de-944b-e07fc1f90ae7")},
	}})
	require.Equal(t, estate.PII, got["t_017.x1"].Class)
	require.Equal(t, estate.PII, got["t_017.attr_7"].Class)
	require.Equal(t, "uk_nhs", got["t_017.field_23"].Subtype)
	require.Equal(t, estate.PHI, got["t_017.field_23"].Class)
	require.Equal(t, estate.Credential, got["t_017.data1"].Class)
	for _, harmless := range []string{"number", "seq", "email_template", "phone", "password", "name", "uid"} {
		require.False(t, got["t_017."+harmless].Class.IsSensitive(), "%s: %v", harmless, got["t_017."+harmless])
	}
}

// TestLinkage: what identifies somebody takes the class of whom the row is about; a list of codes stays public.
func TestLinkage(t *testing.T) {
	t.Parallel()
	reference := func(column, table string) []estate.ForeignKey {
		return []estate.ForeignKey{{Columns: []string{column}, Table: "public." + table, RefColumns: []string{"id"}}}
	}
	codes := func(i int) string { return fmt.Sprintf("%c%02d.%d", 'A'+i%20, i%90, i%9) }
	got := judge(t, false,
		rows{table: "patients", fields: []field{{"id", "integer", format("%d")}, {"email", "text", format("p%d@mail.example")}}},
		rows{table: "encounters", refs: reference("pat", "patients"), fields: []field{{"id", "integer", format("%d")}, {"pat", "integer", format("%d")}, {"x9", "date", format("2024-01-%02d")}}},
		rows{table: "extras", refs: reference("enc", "encounters"), fields: []field{{"id", "integer", format("%d")}, {"enc", "integer", format("%d")}, {"x3", "numeric", format("%d.5")}}},
		rows{table: "employees", fields: []field{{"id", "integer", format("%d")}, {"email", "text", format("e%d@clinic.example")}, {"salary", "numeric", format("%d000")}}},
		rows{table: "customers", fields: []field{{"id", "integer", format("%d")}, {"email", "text", format("c%d@mail.example")}}},
		rows{table: "icd10_catalog", fields: []field{{"code", "text", codes}, {"title", "text", format("Disease %d")}}},
	)
	require.Equal(t, estate.PHI, got["patients.email"].Class)
	require.Equal(t, estate.PHI, got["encounters.x9"].Class, "a date beside a reference to a patient")
	require.Equal(t, estate.PHI, got["extras.x3"].Class, "a number two references away")
	require.Equal(t, estate.HR, got["employees.email"].Class)
	require.Equal(t, estate.HR, got["employees.salary"].Class)
	require.Equal(t, estate.PII, got["customers.email"].Class)
	require.Equal(t, estate.Public, got["icd10_catalog.code"].Class)
	require.Equal(t, estate.Operational, got["patients.id"].Class)
}

// TestLabels: beside the class stand the identifier, the category of GDPR Art. 9, and what PCI DSS calls it.
func TestLabels(t *testing.T) {
	t.Parallel()
	got := judge(t, false,
		rows{table: "patients", fields: []field{{"id", "integer", format("%d")}, {"religion", "text", of("catholic", "muslim", "jewish", "hindu")}, {"dx", "text", of("E11.9", "I10", "J45.0")}}},
		rows{table: "payments", fields: []field{{"id", "integer", format("%d")}, {"x", "text", of("4111111111111111", "5555555555554444", "378282246310005")}, {"cvv", "text", of("123", "456")}}},
		rows{table: "staff", fields: []field{{"id", "integer", format("%d")}, {"trade_union", "text", of("ver.di", "GEW", "none")}}},
	)
	require.Equal(t, "religion", got["patients.religion"].Article9)
	require.Equal(t, "health", got["patients.dx"].Article9)
	require.Equal(t, estate.Financial, got["payments.x"].Class)
	require.Equal(t, "pan", got["payments.x"].Subtype)
	require.Equal(t, "cardholder data", got["payments.x"].Cardholder)
	require.Equal(t, "authentication data", got["payments.cvv"].Cardholder)
	require.Equal(t, "trade_union", got["staff.trade_union"].Article9)
	require.Equal(t, estate.HR, got["staff.trade_union"].Class)
}

// TestKeysAndDocuments: a table of keys and values is judged by its keys, a document by those within.
func TestKeysAndDocuments(t *testing.T) {
	t.Parallel()
	got := judge(t, false,
		rows{table: "app_settings", fields: []field{{"key", "text", of("smtp.password", "page.size", "theme")}, {"value", "text", of("Example-7", "20", "dark")}}},
		rows{table: "inbox", fields: []field{{"id", "integer", format("%d")}, {"doc", "jsonb", format(`{"patient": {"lastName": "Roe", "birthDate": "1980-01-%02d", "diagnosis": "asthma"}}`)},
			{"blob", "text", of("MSH|^~\\&|A|B|||20240101||ADT^A01|1|P|2.5\rPID|1||X||Roe^Jane")}}},
	)
	require.Equal(t, estate.Credential, got["app_settings.value"].Class)
	require.False(t, got["app_settings.key"].Class.IsSensitive())
	require.Equal(t, estate.PHI, got["inbox.doc"].Class)
	require.Equal(t, "hl7", got["inbox.blob"].Subtype)
}

// TestNotAssessed: what holds nothing, and says nothing, is not called harmless.
func TestNotAssessed(t *testing.T) {
	t.Parallel()
	got := judge(t, false, rows{table: "zzz", fields: []field{{"qqq", "text", nil}, {"www", "bytea", of(`\x89504e47ff00`)}, {"patient_ssn", "text", nil}}})
	require.Equal(t, estate.NotAssessed, got["zzz.qqq"].Class)
	require.Equal(t, estate.NotAssessed, got["zzz.www"].Class)
	require.Equal(t, estate.PHI, got["zzz.patient_ssn"].Class, "a clear name speaks before there are rows")
}

// TestTrackedCopies: what Odoo tracks of patients lies in the copies too.
func TestTrackedCopies(t *testing.T) {
	t.Parallel()
	copied := rows{table: "mail_tracking_value", fields: []field{{"id", "integer", format("%d")}, {"old_value_char", "character varying", of("Roe", "Smith", "Doe")}}}
	patients := rows{table: "clinic_patient", fields: []field{{"id", "integer", format("%d")}, {"name", "text", of("Jane Roe", "John Smith")}}}
	require.Equal(t, estate.PII, judge(t, true, copied)["mail_tracking_value.old_value_char"].Class)
	require.Equal(t, estate.PHI, judge(t, true, copied, patients)["mail_tracking_value.old_value_char"].Class)
}

// TestSameBytes: judging again from the same counts gives the same, in the same order.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	table := rows{table: "people", fields: []field{{"a", "text", format("p%d@mail.example, call +49 30 555%04d")}, {"b", "text", of("Jane Roe", "John Smith")}}}
	require.Equal(t, fmt.Sprint(judge(t, false, table)), fmt.Sprint(judge(t, false, table)))
}

func TestFilesOnHosts(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	folders := []estate.DataFolder{
		{Path: "/srv/interfaces/hl7/in", Patterns: []estate.FilePattern{{Pattern: "*.hl7", Count: 6, Bytes: 700, Newest: at.Add(-time.Hour)}}},
		{Path: "/srv/payroll/export", Patterns: []estate.FilePattern{{Pattern: "*.csv", Count: 1, Bytes: 58, Newest: at.AddDate(-2, 0, 0)}}},
		{Path: "/var/backups", Patterns: []estate.FilePattern{{Pattern: "*.sql.gz", Count: 3, Bytes: 9000}, {Pattern: "*.dump", Count: 1, Bytes: 10}}},
		{Path: "/srv/unknown", Patterns: []estate.FilePattern{{Pattern: "*.csv", Count: 1, Bytes: 5}}},
	}
	inventory := odooInventory()
	inventory.Hosts = []estate.Host{{Name: "db", Collected: estate.Collection{At: at}, Folders: estate.Know("find", folders)}}
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	got := map[string]classify.FileResult{}
	for _, f := range c.Classify(inventory, nil).Files {
		got[f.Path+" "+f.Pattern] = f
	}
	require.Equal(t, estate.PHI, got["/srv/interfaces/hl7/in *.hl7"].Class)
	require.Equal(t, estate.HR, got["/srv/payroll/export *.csv"].Class)
	require.Equal(t, estate.PHI, got["/var/backups *.sql.gz"].Class, "a dump holds what its database does")
	require.Equal(t, estate.PHI, got["/var/backups *.dump"].Class)
	require.Equal(t, estate.NotAssessed, got["/srv/unknown *.csv"].Class)
	forgotten := got["/srv/payroll/export *.csv"].Evidence
	require.Contains(t, forgotten[len(forgotten)-1].Detail, "days old")
}

func TestUndecided(t *testing.T) {
	t.Parallel()
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	inventory := odooInventory()
	tables := &inventory.Postgres[0].Databases.Value[0].Tables
	tables.Value = append(tables.Value, estate.Table{Schema: "public", Name: "setting", Columns: columns("key", "value")})
	list := c.Undecided(inventory)
	require.NotEmpty(t, list)
	require.Equal(t, "value", list[0].Column.Name, "a table of keys and values tells most")
	require.Equal(t, "key", list[0].Key)
	for i, u := range list {
		require.Positive(t, u.Telling)
		require.False(t, u.Table == "res_partner" && u.Column.Name == "color", "the catalogue settled it")
		require.True(t, i == 0 || list[i-1].Telling >= u.Telling, "most telling first")
	}
}
