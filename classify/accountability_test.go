package classify

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// Nothing that nobody answered, that nobody does or that evidence does not show counts as done.
func TestAccount(t *testing.T) {
	t.Parallel()
	proof := func(evidence, date string) estate.Proof {
		return estate.Proof{Evidence: evidence, Date: date, MaxAge: 35 * estate.Day}
	}
	word := estate.Word{
		Responsibilities: []estate.Responsibility{
			{Duty: "patching", By: estate.ByProvider, Who: "operations", Proof: proof("report", "2026-01-01")},
			{Duty: "monitoring", By: estate.ByProvider, Proof: proof("report", "2025-12-31")},
			{Duty: "capacity", By: estate.ByCustomer},
			{Duty: "service-levels", By: estate.ByCustomer, Proof: proof("report", "2036-02-04")},
			{Duty: "ingress", By: estate.ByNobody, Proof: proof("minutes", "2026-02-04")},
		},
		Practices: []estate.Practice{{Practice: "failover-tests", State: estate.InPlace, By: "Muster", Proof: proof("protocol", "2026-02-04")}},
		Vendors: []estate.Vendor{{Name: "silent"}, {Name: "over", Agreement: estate.Signed, Until: "2026-02-04", Proof: proof("contract", "2026-02-01")},
			{Name: "kept", Agreement: estate.Signed, Until: "2026-02-05", Proof: proof("contract", "2026-02-01")}},
	}
	services := []estate.Service{{Name: "lab", Vendors: []string{}}, {Name: "erp", Workaround: "paper", Communication: "calls", Authority: "director", Contact: "1", Vendors: []string{"kept"}}}
	got := Account(word, services, "2026-02-05")
	standings := map[string]Standing{}
	for _, d := range got.Duties {
		standings[d.Duty] = d.Standing
	}
	require.Len(t, standings, len(estate.StandingDuties()))
	require.Equal(t, Proven, standings["patching"], "evidence of 35 days, and 35 are allowed")
	require.Equal(t, Old, standings["monitoring"], "36 days")
	require.Equal(t, Unproven, standings["capacity"])
	require.Equal(t, Unproven, standings["service-levels"], "a date that is still to come would hold for ever")
	require.Equal(t, NobodyDoes, standings["ingress"], "evidence does not make somebody of nobody")
	require.Equal(t, Unanswered, standings["certificates"])
	require.Equal(t, []Score{{Party: estate.ByProvider, Duties: 2, Proven: 1, Old: 1}, {Party: estate.ByCustomer, Duties: 2, Unproven: 2}}, got.Scores)
	for _, p := range got.Practices {
		require.Equal(t, p.Practice.Practice == "failover-tests", p.Standing == Proven, p.Practice.Practice)
	}
	require.Equal(t, []Standing{Unanswered, Old, Proven}, []Standing{got.Vendors[0].Standing, got.Vendors[1].Standing, got.Vendors[2].Standing})
	require.Equal(t, []string{"erp"}, got.Vendors[2].Services)
	require.Empty(t, got.Continuity[0].Missing)
	require.Equal(t, []string{"workaround", "communication", "authority", "contact"}, got.Continuity[1].Missing, "that no vendor is needed was stated")
}
