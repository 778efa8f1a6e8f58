package engagement

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func testAcceptance() estate.Acceptance {
	return estate.Acceptance{Code: "odoo-end-of-life", Asset: "host/cloud-app", Until: "2027-06-30", By: "Testmann", Reason: "the upgrade is wave 3: it follows", Date: "2026-11-27"}
}

// Acceptances are put into overrides.yaml beside what people wrote, and one of the same finding takes the place of its earlier one.
func TestAccept(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	written := "# ours\nclasses:\n  - {database: erp/clinic, table: public.t, column: c, class: PII, by: x, reason: y, date: 2026-01-31}   # agreed\n"
	require.NoError(t, f.Write(OverridesFile, []byte(written)))
	require.NoError(t, f.Accept(testAcceptance()))
	second := testAcceptance()
	second.Asset = "host/erp-app"
	require.NoError(t, f.Accept(second))
	longer := testAcceptance()
	longer.Until = "2027-12-31"
	require.NoError(t, f.Accept(longer))
	o, err := f.Overrides()
	require.NoError(t, err)
	require.Equal(t, []estate.Acceptance{longer, second}, o.Accepted)
	require.Len(t, o.Classes, 1)
	text, err := f.Read(OverridesFile)
	require.NoError(t, err)
	require.Equal(t, written, string(text)[:len(written)])
}

// What is wrong with an acceptance is told with its line and column.
func TestAcceptanceFaults(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	require.NoError(t, f.Write(OverridesFile, []byte("accepted:\n  - code: a\n    asset: host/b\n    until: soon\n    by: \" \"\n    reason: c\n    date: 2026-01-31\n  - {code: a, asset: host/b, until: 2027-01-01, by: x, reason: y, date: 2026-01-31}\n")))
	_, err := f.Overrides()
	require.ErrorContains(t, err, `overrides.yaml:4:12: "soon" is not a date`)
	require.ErrorContains(t, err, "overrides.yaml:5:9: an acceptance without by")
	require.ErrorContains(t, err, "overrides.yaml:8:5: this finding is accepted on line 2 already")
}

// A decision on tenancy needs a name, a reason and a day; entries of other lists leave it where it stands.
func TestTenancyApproval(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	require.NoError(t, f.Write(OverridesFile, []byte("tenancy:\n  - {workload: service/erp, tenancy: dedicated, by: Testmann, reason: as advised, date: 2026-11-27}\n")))
	require.NoError(t, f.Accept(testAcceptance()))
	o, err := f.Overrides()
	require.NoError(t, err)
	require.Equal(t, []estate.TenancyApproval{{Workload: "service/erp", Tenancy: estate.Dedicated, By: "Testmann", Reason: "as advised", Date: "2026-11-27"}}, o.Tenancy)
	require.Len(t, o.Accepted, 1)

	require.NoError(t, f.Write(OverridesFile, []byte("tenancy:\n  - {workload: service/erp, tenancy: alone, by: x, reason: y, date: soon}\n  - {workload: service/erp, tenancy: shared, by: x, date: 2026-11-27}\n")))
	_, err = f.Overrides()
	require.ErrorContains(t, err, `overrides.yaml:2:38: "alone" is no tenancy`)
	require.ErrorContains(t, err, `overrides.yaml:2:69: "soon" is not a date`)
	require.ErrorContains(t, err, "overrides.yaml:3:5: the tenancy of this workload is decided on line 2 already")
	require.ErrorContains(t, err, "a decision on tenancy without reason")
}
