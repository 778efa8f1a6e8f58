package main

import "time"

// leaf is one server's certificate as it is planted.
type leaf struct {
	name       string        // common name, first DNS name and file name
	also       []string      // further DNS names
	lasts      time.Duration // from now to expiry; not used if ended is set
	ended      time.Time     // the end of a certificate that expired long ago
	selfSigned bool
}

const day = 24 * time.Hour

// leaves are the certificates that discovery must find. truth.yaml says the same of them.
func leaves() []leaf {
	return []leaf{
		{name: "erp.clinic.example", lasts: 90 * day},
		{name: "stg.clinic.example", lasts: 200 * day, selfSigned: true},
		{name: "api.clinic.example", also: []string{"fhir.clinic.example"}, lasts: 12 * day},
		{name: "crm.clinic.example", ended: time.Date(2019, time.March, 31, 12, 0, 0, 0, time.UTC), selfSigned: true},
		{name: "erp.cloud.example", lasts: 80 * day},
		{name: "db.cloud.example", also: []string{"cloud-db.clinic.example", "cloud-db"}, lasts: 80 * day},
		{name: "api.cloud.example", lasts: 75 * day},
		{name: "logs.clinic.example", lasts: 70 * day},
		{name: "portal.clinic.example", also: []string{"reports.clinic.example"}, lasts: 45 * day},
		{name: "fhir.partner.example", lasts: 60 * day},
	}
}

// window returns the certificate's validity as seen from now. An hour is added so that a lab that stays
// up for a while still shows the full days.
func (l leaf) window(now time.Time) (from, to time.Time) {
	if !l.ended.IsZero() {
		return l.ended.AddDate(-2, 0, 0), l.ended
	}
	return now.Add(-30 * day), now.Add(l.lasts + time.Hour)
}
