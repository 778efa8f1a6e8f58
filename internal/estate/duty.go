package estate

import (
	"slices"
	"time"
)

// Day is the length that ages of evidence are counted in.
const Day = 24 * time.Hour

// Party is who does a duty.
type Party string

// The parties. A duty that nobody answered for has none of them.
const (
	ByProvider Party = "provider" // of the platform
	ByCustomer Party = "customer" // the hospital
	ByNobody   Party = "nobody"   // it was asked, and nobody does it
)

// State is how far a practice is followed. One that nobody answered has no state.
type State string

// The states of a practice.
const (
	InPlace   State = "in-place"
	Partly    State = "partly"
	Lacking   State = "missing"
	NotNeeded State = "not-needed" // there is nothing here that it would be needed for
)

// Question is something about the estate that no machine tells and a person has to answer.
type Question struct {
	Name   string        // key in engagement.yaml: "patching"
	Text   string        // what is asked
	MaxAge time.Duration // of the evidence, where the answer states no other
}

// StandingDuties lists the work that somebody has to do day by day, in the order of the matrix.
func StandingDuties() []Question {
	return []Question{
		{"patching", "Who installs updates of systems, databases and Odoo?", 35 * Day},
		{"vulnerability-management", "Who looks for known weaknesses and follows them until they are mended?", 35 * Day},
		{"backup-execution", "Who sees to it that each backup ran?", 7 * Day},
		{"monitoring", "Who watches that services are up, day and night?", 35 * Day},
		{"incident-response", "Who takes charge when patients' data may be lost or seen?", 365 * Day},
		{"capacity", "Who looks ahead whether disks, memory and processors suffice?", 95 * Day},
		{"recovery-tests", "Who restores backups to see whether they can be?", 185 * Day},
		{"compliance-evidence", "Who keeps what auditors ask for?", 365 * Day},
		{"access-reviews", "Who goes through the accounts and takes back what is no longer needed?", 95 * Day},
		{"certificates", "Who renews certificates before they end?", 95 * Day},
		{"registry-and-images", "Who keeps the registry, and builds images anew when their base was mended?", 35 * Day},
		{"ingress", "Who keeps the way in from outside: names, limits, headers, filters?", 185 * Day},
		{"observability", "Who keeps logs, measurements and alerts, and acts on them?", 95 * Day},
		{"service-levels", "Who measures what was promised, and reports it?", 95 * Day},
		{"maintenance-windows", "Who plans and announces when systems may be down?", 185 * Day},
		{"escalation-paths", "Who keeps the list of whom to call, and tries it?", 185 * Day},
	}
}

// Practices lists what should be so and does not show on any system.
func Practices() []Question {
	return []Question{
		{"pipeline-checks", "Do tests, and searches for weaknesses and secrets, hold up a delivery that fails them?", 185 * Day},
		{"drift-detection", "Is what runs held against what git declares, and does somebody act on the difference?", 95 * Day},
		{"change-approval", "Is every change of production asked for, approved and written down?", 95 * Day},
		{"image-scanning", "Are images searched for known weaknesses, those that run as well as new ones?", 35 * Day},
		{"image-rebuilding", "Are images built anew when their base was mended?", 35 * Day},
		{"image-minimal", "Do images hold what their program needs, and neither shell nor compiler beside it?", 365 * Day},
		{"registry-access", "Do only named programs write to the registry, and is it known which image came from which build?", 185 * Day},
		{"failover-tests", "Was switching over to the standby tried, with the time it took?", 185 * Day},
		{"point-in-time-recovery", "Was a database brought back to a chosen moment?", 185 * Day},
		{"redis-policy", "Is it stated what Redis may hold of patients, how long, and who may read it?", 365 * Day},
		{"web-application-firewall", "Does something in front of Odoo refuse what looks like an attack?", 185 * Day},
		{"certificate-automation", "Are certificates renewed without a hand, with an alert where that fails?", 185 * Day},
		{"brokered-access", "Do administrators get in for a time, by name, through one gate that records it?", 185 * Day},
		{"access-recertification", "Does each owner confirm at set times who may do what?", 95 * Day},
		{"service-credentials", "Are passwords and keys of programs short-lived, or changed at set times?", 185 * Day},
		{"queue-monitoring", "Does an alert tell when messages and jobs pile up?", 95 * Day},
		{"anomalous-access", "Does somebody learn of unusual reading of patients' records?", 95 * Day},
		{"alert-response", "Does each alert reach a person who must act, and is it seen when nobody did?", 95 * Day},
		{"analytics-boundary", "Do analytics get masked or summed-up data alone, by an agreed way?", 185 * Day},
		{"ai-boundary", "Is it settled which data may reach a language model or another learning system, and is the rest held back?", 185 * Day},
		{"api-governance", "Has every programming interface an owner, a version, a limit, and a day on which it was last reviewed?", 185 * Day},
		{"object-store-metadata", "Do objects in stores carry class, owner and end of keeping, and no patient in their names?", 185 * Day},
	}
}

// QuestionOf finds a question of a list by its name.
func QuestionOf(list []Question, name string) (Question, bool) {
	i := slices.IndexFunc(list, func(q Question) bool { return q.Name == name })
	if i < 0 {
		return Question{}, false
	}
	return list[i], true
}

// Proof is what shows that an answer holds, and how long it does.
type Proof struct {
	Evidence string        `json:"evidence,omitempty"` // a report, ticket or protocol that a person can look up
	Date     string        `json:"date,omitempty"`     // of the evidence, 2026-01-31
	MaxAge   time.Duration `json:"max_age"`            // nanoseconds, after which it shows nothing any more
	Where    string        `json:"where,omitempty"`    // line of engagement.yaml
}

// Age is how old the evidence is on a day, in days; not known where it has no date, or one that is still to come.
func (p Proof) Age(today string) (days int, known bool) {
	from, err := time.Parse(time.DateOnly, p.Date)
	if err != nil {
		return 0, false
	}
	to, err := time.Parse(time.DateOnly, today)
	if err != nil || to.Before(from) {
		return 0, false
	}
	return int(to.Sub(from) / Day), true
}

// Responsibility is the answer to who does a duty.
type Responsibility struct {
	Duty string `json:"duty"`
	By   Party  `json:"by"`
	Who  string `json:"who,omitempty"` // the team or person of that party
	Proof
}

// Practice is the answer to whether a practice is followed.
type Practice struct {
	Practice string `json:"practice"`
	State    State  `json:"state"`
	By       string `json:"by,omitempty"` // who says so
	Note     string `json:"note,omitempty"`
	Proof
}

// Agreement is where a contract about patients' data stands: a business associate agreement, or one with a processor.
type Agreement string

// The agreements.
const (
	Signed            Agreement = "signed"
	NoAgreement       Agreement = "none"
	AgreementUnneeded Agreement = "not-needed" // the vendor meets no data of patients
)

// Vendor is another company that the estate depends on.
type Vendor struct {
	Name      string    `json:"name"`
	Provides  string    `json:"provides,omitempty"`
	Contact   string    `json:"contact,omitempty"`
	Parties   []string  `json:"parties,omitempty"`   // as integrations name it: "outside/ehr"
	Agreement Agreement `json:"agreement,omitempty"` // empty where nobody answered
	Until     string    `json:"until,omitempty"`     // last day of the agreement; empty where it has none
	Exit      string    `json:"exit,omitempty"`      // what is done when the vendor fails or ends
	Proof
}

// Word is what people stated about an estate that no machine tells.
type Word struct {
	Responsibilities []Responsibility `json:"responsibilities"`
	Practices        []Practice       `json:"practices"`
	Vendors          []Vendor         `json:"vendors"`
	Changes          []StatedChange   `json:"changes"`
}

// StatedChange is a change of an asset that was meant, and written down.
type StatedChange struct {
	Asset string `json:"asset"` // "host/erp-db"
	Date  string `json:"date"`  // 2026-01-31
	By    string `json:"by"`    // who approved it
	Why   string `json:"why"`   // change, ticket
}
