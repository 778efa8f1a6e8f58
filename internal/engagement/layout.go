package engagement

import "path"

// The files of an engagement's folder, by their names in it. Names of assets, waves and runs must pass [CheckName].
const (
	SummaryFile        = "inventory/summary.json"
	AccessFile         = "access.jsonl"
	ClassificationFile = "classification.yaml"
	AssessmentFile     = "assessment.json"
	PlanFile           = "plan.yaml"
	OverridesFile      = "overrides.yaml"
	JournalDir         = "journal"
	RulesDir           = "rules" // rules of findings that people add
	ReportsDir         = "reports"
	WrittenDir         = "runbooks/.written" // runbooks as the planner last wrote them
	WatchFile          = "samples/watch.json"
	PoliciesDir        = "policies"                    // tables that take the place of embedded ones, by name
	EffortFile         = "policies/module-effort.yaml" // hours for custom code; the embedded table holds where it is not there

	hostsDir     = "inventory/hosts"
	databasesDir = "inventory/databases"
	odooDir      = "inventory/odoo"
	clustersDir  = "inventory/clusters"
	columnsDir   = "inventory/columns"
	lockFile     = ".lock"

	samplesDir         = "samples"
	hostSamplesDir     = "samples/hosts"
	databaseSamplesDir = "samples/databases"
	samplesSuffix      = ".jsonl"
)

// HostFile is where a host's facts are saved.
func HostFile(name string) string { return path.Join(hostsDir, name+".json") }

// PostgresFile is where a PostgreSQL server's facts are saved.
func PostgresFile(name string) string { return path.Join(databasesDir, name+".json") }

// OdooFile is where an Odoo server's facts are saved.
func OdooFile(name string) string { return path.Join(odooDir, name+".json") }

// HostSamplesFile is the record of a host's samples.
func HostSamplesFile(name string) string { return path.Join(hostSamplesDir, name+samplesSuffix) }

// PostgresSamplesFile is the record of a PostgreSQL server's samples.
func PostgresSamplesFile(name string) string {
	return path.Join(databaseSamplesDir, name+samplesSuffix)
}

// ClusterFile is where a Kubernetes cluster's facts are saved.
func ClusterFile(name string) string { return path.Join(clustersDir, name+".json") }

// ColumnsFile is where what row sampling counted on a PostgreSQL server is saved.
func ColumnsFile(server string) string { return path.Join(columnsDir, server+".json") }

// RunbookFile is the runbook of a wave.
func RunbookFile(wave string) string { return path.Join("runbooks", wave+".yaml") }

// WrittenFile is the runbook of a wave as the planner last wrote it: what edits are told apart by.
func WrittenFile(wave string) string { return path.Join(WrittenDir, wave+".yaml") }

// JournalFile is the journal of a cutover run.
func JournalFile(run string) string { return path.Join(JournalDir, run+".jsonl") }
