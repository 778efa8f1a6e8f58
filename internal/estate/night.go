package estate

import "strings"

// Duty is what somebody does on a service's cutover night.
type Duty string

// The duties that a production night cannot do without.
const (
	ClinicalLead  Duty = "clinical-lead"  // confirms downtime procedures, printed lists and back-entry; speaks for the wards in the roll call
	ClinicalStop  Duty = "clinical-stop"  // may stop the night for the patients' sake, alone and without giving reasons
	BusinessOwner Duty = "business-owner" // speaks for the business; the service's owner where nobody else is named
	SecurityLead  Duty = "security"       // speaks for security
	VendorLead    Duty = "vendor"         // speaks for whoever keeps the software
	KeyUser       Duty = "key-user"       // signs the smoke tests
	ServiceDesk   Duty = "service-desk"   // sends the messages, takes the calls
	InterfaceLead Duty = "interfaces"     // holds, drains, redirects and releases the interfaces
	Hypercare     Duty = "hypercare"      // stays with the service after the night, and takes it over
)

// Duties lists them in the order of the night's crew list.
func Duties() []Duty {
	return []Duty{ClinicalLead, ClinicalStop, BusinessOwner, SecurityLead, VendorLead, KeyUser, ServiceDesk, InterfaceLead, Hypercare}
}

// Person is somebody whom a service needs on its night.
type Person struct {
	Duty    Duty   `json:"duty"`
	Name    string `json:"name"`
	Contact string `json:"contact"` // how they are reached at night
}

// Assurance is something that a production night always holds, whatever people edit.
type Assurance string

// The assurances, in the order of the night.
const (
	FreshBackup          Assurance = "fresh-backup"
	DowntimeProcedures   Assurance = "downtime-procedures"
	PrintedLists         Assurance = "printed-lists"
	MessageBegin         Assurance = "message-begin"
	InterfacesHeld       Assurance = "interfaces-held"
	InterfacesDrained    Assurance = "interfaces-drained"
	BaselineBefore       Assurance = "baseline-before"
	RowsCompared         Assurance = "rows-compared"
	RollCallClinical     Assurance = "roll-call-clinical"
	RollCallBusiness     Assurance = "roll-call-business"
	RollCallSecurity     Assurance = "roll-call-security"
	RollCallVendor       Assurance = "roll-call-vendor"
	MessageDecided       Assurance = "message-decided"
	InterfacesRedirected Assurance = "interfaces-redirected"
	BaselineAfter        Assurance = "baseline-after"
	SmokeTest            Assurance = "smoke-test"
	MonitoringAlerts     Assurance = "monitoring-alerts"
	LogsArrive           Assurance = "logs-arrive"
	TargetBackup         Assurance = "target-backup"
	InterfacesReleased   Assurance = "interfaces-released"
	MessageDone          Assurance = "message-done"
	BackEntry            Assurance = "back-entry"
	HypercareBegun       Assurance = "hypercare"
	Handover             Assurance = "handover"
)

// Assurances lists them in the order of the night.
func Assurances() []Assurance {
	return []Assurance{FreshBackup, DowntimeProcedures, PrintedLists, BaselineBefore, MessageBegin, InterfacesHeld, InterfacesDrained, RowsCompared,
		RollCallClinical, RollCallBusiness, RollCallSecurity, RollCallVendor, MessageDecided, InterfacesRedirected, BaselineAfter, SmokeTest,
		MonitoringAlerts, LogsArrive, TargetBackup, InterfacesReleased, MessageDone, BackEntry, HypercareBegun, Handover}
}

// Waiver is the decision of two people that a night goes without an assurance.
type Waiver struct {
	Service   string    `json:"service,omitempty"` // of a runbook's waiver; engagement.yaml states it under the service
	Assurance Assurance `json:"assurance"`
	By        []string  `json:"by"` // two people at least, by name
	Reason    string    `json:"reason"`
	Date      string    `json:"date"` // 2026-01-31
}

// Rates are how fast the engagement's copies were seen or are promised to be, in megabytes (10^6 bytes) a second. Zero
// where nobody stated one: then cautious ranges are assumed.
type Rates struct {
	Copy    int    `json:"copy,omitempty"`    // dump and restore of a database, end to end
	Files   int    `json:"files,omitempty"`   // files of a filestore
	Compare int    `json:"compare,omitempty"` // comparison of rows on both sides
	Basis   string `json:"basis,omitempty"`   // the measurement or promise that they come from
}

// HasTwo tells whether two different people are named.
func (w Waiver) HasTwo() bool {
	names := map[string]bool{}
	for _, name := range w.By {
		if name = strings.ToLower(strings.Join(strings.Fields(name), " ")); name != "" {
			names[name] = true
		}
	}
	return len(names) >= 2
}
