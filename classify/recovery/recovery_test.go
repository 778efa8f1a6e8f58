package recovery

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/classify/workload"
	"nightferry/internal/estate"
)

var look = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func embedded(t testing.TB) *Policy {
	t.Helper()
	p, err := LoadPolicy("recovery.yaml", DefaultPolicy())
	require.NoError(t, err)
	return p
}

// bed is one service with a database of 36 GB on one machine.
type bed struct {
	service  estate.Service
	backups  estate.Section[[]estate.Backup]
	archiver estate.Section[estate.Archiver]
	standbys []estate.Standby
	size     int64
	restores []estate.Restore
	findings []estate.Finding
}

func newBed(backups ...estate.Backup) bed {
	return bed{service: estate.Service{RTO: 24 * time.Hour, RPO: 24 * time.Hour}, backups: estate.Know("find", backups), archiver: estate.Know("q", estate.Archiver{Mode: "off"}), size: 36e9}
}

func (b bed) judge(t testing.TB) Result {
	t.Helper()
	collected := estate.Collection{At: look, Coverage: estate.Known}
	b.service.Name, b.service.Databases = "erp", []string{"erp/clinic"}
	all := workload.Gather(workload.Input{Services: []estate.Service{b.service}, Inventory: &estate.Inventory{
		Hosts:    []estate.Host{{Name: "db", Collected: collected, Backups: b.backups, Applications: estate.Know("s", []estate.Application{})}},
		Postgres: []estate.PostgresServer{{Name: "erp", Host: "db", Collected: collected, Archiver: b.archiver, Standbys: estate.Know("q", b.standbys), Databases: estate.Know("q", []estate.Database{{Name: "clinic", SizeBytes: b.size}})}},
	}, Databases: map[string]workload.Database{"erp/clinic": {Coverage: estate.Known, Classes: map[estate.DataClass]int{estate.Operational: 1}}}})
	results := embedded(t).Judge(all, b.restores, b.findings)
	require.Len(t, results, 1)
	return results[0]
}

func dump(ageHours int) estate.Backup {
	newest := look.Add(-time.Duration(ageHours) * time.Hour)
	return estate.Backup{Tool: "pg_dump", Where: "/var/backups", Newest: newest, Oldest: newest.Add(-9 * 20 * time.Hour), Count: 10, Sign: "file"}
}

func restored(date string) []estate.Restore {
	return []estate.Restore{{Database: "erp/clinic", Date: date, Took: time.Hour, Bytes: 18e9, By: "T", Evidence: "protocol", Where: "engagement.yaml:9"}}
}

func TestRPO(t *testing.T) {
	t.Parallel()
	closed := newBed()
	closed.backups = estate.Miss[[]estate.Backup](estate.Denied, "find", "closed", "sudo: ls")
	planned := newBed(estate.Backup{Tool: "pg_dump", Where: "/etc/cron.d/b", Sign: "schedule"})
	archived := newBed(dump(2), estate.Backup{Tool: "pgbackrest", Newest: look.Add(-time.Hour), Count: 1})
	archived.service.RPO = 5 * time.Minute
	archived.archiver = estate.Know("q", estate.Archiver{Mode: "on", LastArchived: look.Add(-time.Minute)})
	proven := archived
	proven.restores = restored("2026-01-10")
	stale := archived
	stale.restores = restored("2024-01-10")
	baseless := archived
	baseless.backups = estate.Know("find", []estate.Backup{dump(2)})
	hidden := archived
	hidden.backups = estate.Miss[[]estate.Backup](estate.Denied, "find", "closed", "sudo: ls")
	silent := newBed(dump(2))
	silent.service.RPO = time.Hour
	silent.archiver = estate.Miss[estate.Archiver](estate.Denied, "q", "closed", "GRANT")
	minutes := newBed(dump(2))
	minutes.service.RPO = 15 * time.Minute
	for name, tt := range map[string]struct {
		bed    bed
		want   Verdict
		words  string
		unsure bool
	}{
		"a dump each 20 h":                 {newBed(dump(2)), Unproven, "2 h to 20 h", false},
		"minutes by a daily dump":          {minutes, Missed, "2 h to 20 h", false},
		"older than allowed":               {newBed(dump(47 * 24)), Missed, "47 d", false},
		"none":                             {newBed(), Missed, "all", false},
		"closed":                           {closed, Unknown, "unknown", true},
		"planned":                          {planned, Unknown, "unknown", true},
		"archived upon a base":             {archived, Unproven, "0 s to 1 min", false},
		"archived, restored":               {proven, Met, "0 s to 1 min", false},
		"archived, restored long ago":      {stale, Unproven, "0 s to 1 min", false},
		"archived upon nothing":            {baseless, Missed, "2 h to 20 h", false},
		"archived, the base is closed":     {hidden, Unknown, "at least 0 s", true},
		"no archive known, missed at best": {silent, Missed, "2 h to 20 h", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tt.bed.judge(t)
			require.Equal(t, tt.words, got.RPO.Supports.Words("all"), "%v", got.Parts)
			require.Equal(t, tt.want, got.RPO.Verdict, "%v", got.Unknowns)
			require.Equal(t, "engagement.yaml", got.RPO.By)
			require.Equal(t, tt.unsure, len(got.Unknowns) > 0)
		})
	}
}

func TestRTO(t *testing.T) {
	t.Parallel()
	assumed := newBed(dump(2))
	require.Equal(t, "51 min to 11 h", assumed.judge(t).RTO.Supports.Words("never"), "15+30+6 minutes; 2+8+1 hours")
	require.Equal(t, Unproven, assumed.judge(t).RTO.Verdict)
	measured := assumed
	measured.restores = restored("2026-01-10")
	got := measured.judge(t)
	require.Equal(t, "2 h 45 min to 13 h", got.RTO.Supports.Words("never"), "twice the size takes twice the hour, and half as long again at worst")
	require.Equal(t, Met, got.RTO.Verdict)
	require.Equal(t, "2026-01-10", got.Parts[0].Proven.Date)
	short := measured
	short.service.RTO = 3 * time.Hour
	require.Equal(t, AtRisk, short.judge(t).RTO.Verdict)
	short.service.RTO = time.Hour
	require.Equal(t, Missed, short.judge(t).RTO.Verdict)
	unsized := assumed
	unsized.size = -1
	require.Equal(t, Unknown, unsized.judge(t).RTO.Verdict)
	require.Equal(t, "at least 45 min", unsized.judge(t).RTO.Supports.Words("never"))
	followed := assumed
	followed.standbys = []estate.Standby{{State: "streaming"}}
	require.Equal(t, "22 min to 3 h 30 min", followed.judge(t).RTO.Supports.Words("never"))
	require.Equal(t, "never", newBed().judge(t).RTO.Supports.Words("never"))
}

// What nobody stated is taken from the tier of its criticality, and said so; without that it is unknown.
func TestTiers(t *testing.T) {
	t.Parallel()
	b := newBed(dump(2))
	b.service = estate.Service{Criticality: estate.Important, RTO: 2 * time.Hour}
	got := b.judge(t)
	require.Equal(t, "silver", got.Tier)
	require.Equal(t, Demand{Required: 7200, By: "engagement.yaml", Supports: got.RTO.Supports, Verdict: got.RTO.Verdict}, got.RTO)
	require.Equal(t, int64(4*3600), got.RPO.Required)
	require.Equal(t, "tier silver of "+got.Policy, got.RPO.By)
	b.service = estate.Service{}
	b.findings = []estate.Finding{{Code: "single-point-of-failure", Asset: "postgres/erp", Evidence: []string{"no standby follows it"}}, {Code: "other", Asset: "postgres/erp", Evidence: []string{"x"}}}
	got = b.judge(t)
	require.Equal(t, Unknown, got.RPO.Verdict)
	require.Equal(t, Unknown, got.RTO.Verdict)
	require.Contains(t, got.Unknowns, "no tier without workload.criticality")
	require.Equal(t, []string{"postgres/erp: no standby follows it"}, got.Singles)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	_, err := LoadPolicy("recovery.yaml", strings.NewReplacer("version: recovery-2026.1", "version: 1", "rto: 1h", "rto: soon", "tier: gold", "tier: silver", "rpo: 15m", "rpo: 0s", "machine: {low: 30m, high: 8h}", "machine: {low: 9h, high: 8h}",
		"low: 10, high: 100", "low: 100, high: 10", "measured_slack: 1.5", "measured_slack: .nan", "proof: 365d", "proof: 99999d", `"important"`, `important`).Replace(DefaultPolicy()))
	for _, want := range []string{"recovery.yaml:", `"soon" is not a length of time`, `"silver" is a tier already`, "none at all", "more at best than at worst", "a rate is from low to high", "longer than ten years", "important"} {
		require.ErrorContains(t, err, want)
	}
	_, err = LoadPolicy("recovery.yaml", "")
	require.ErrorContains(t, err, "there is no tier")
}

func TestLength(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{"0 s": 0, "59 s": 59 * time.Second, "2 min": 2*time.Minute + 5*time.Second, "1 h": time.Hour + 3*time.Second, "1 h 5 min": 65 * time.Minute, "1 d": 24*time.Hour + 9*time.Minute, "2 d 3 h": 51 * time.Hour} {
		require.Equal(t, want, Length(d))
	}
}

// FuzzPolicy: a table is taken or refused with its name, and what is taken gives ranges in order.
func FuzzPolicy(f *testing.F) {
	f.Add(DefaultPolicy())
	f.Add("tiers: [null]\nassumptions: {proof: 1d}")
	f.Add(strings.Replace(DefaultPolicy(), "low: 10, high: 100", "low: .nan, high: .inf", 1))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := LoadPolicy("p.yaml", text)
		if err != nil {
			require.ErrorContains(t, err, "p.yaml")
			return
		}
		var r Result
		part := Part{Bytes: 1e12}
		part.back(p.Assumptions)
		r.Parts = []Part{part}
		p.sum(&r, 3, false)
		require.GreaterOrEqual(t, *r.RTO.Supports.High, *r.RTO.Supports.Low)
	})
}
