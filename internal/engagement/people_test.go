package engagement

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestPeopleOfTheNight(t *testing.T) {
	t.Parallel()
	e, err := parse(FileName, []byte(`name: x
services:
  - name: erp
    owner: Testmann
    contact: "100"
    environment: production
    people:
      - {duty: clinical-lead, name: Probefrau, contact: "101"}
    waivers:
      - {assurance: roll-call-vendor, by: [Testmann, Probefrau], reason: own software, date: 2026-01-31}
target:
  rates: {copy: 40, basis: rehearsal}
`), noEnv)
	require.NoError(t, err)
	erp := e.Services[0]
	lead, found := erp.Person(estate.ClinicalLead)
	require.True(t, found)
	require.Equal(t, "Probefrau", lead.Name)
	business, found := erp.Person(estate.BusinessOwner)
	require.True(t, found, "the owner")
	require.Equal(t, "Testmann", business.Name)
	_, found = erp.Person(estate.KeyUser)
	require.False(t, found)
	require.Equal(t, estate.RollCallVendor, erp.Waivers[0].Assurance)
	require.Equal(t, 40, e.Target.Rates.Copy)
}

func TestPeopleOfTheNightAreToldByLine(t *testing.T) {
	t.Parallel()
	_, err := parse(FileName, []byte(`name: x
services:
  - name: erp
    people:
      - {duty: clinical-led, name: Probefrau, contact: "101"}
      - {duty: vendor, name: " ", contact: "102"}
      - {duty: security, name: Testmann}
      - {duty: vendor, name: Testmann, contact: "103"}
    waivers:
      - {assurance: smoke-tst, by: [Testmann, " testmann "], reason: "", date: 2026-31-01}
      - {by: [Testmann, Probefrau], reason: r, date: 2026-01-31, service: erp}
target:
  rates: {copy: 0, files: 10}
`), noEnv)
	for _, want := range []string{
		`:5:16: "clinical-led" is not known here`, "did you mean clinical-lead?", ":6:30: a duty without a person", ":7:9: a person who cannot be reached at night",
		":8:16: a second person has the duty vendor, the first on line 6", `:10:21: "smoke-tst" is not known here`, ":10:36: a waiver takes two people by name",
		":10:70: a waiver without a reason", ":10:80: \"2026-31-01\" is not a date", ":11:9: a waiver of nothing", "a waiver belongs to the service that it stands under",
		":13:17: a rate that moves nothing", "rates without a basis",
	} {
		require.ErrorContains(t, err, want)
	}
}
