package detect

// Subject is whom or what the rows of a table are about.
type Subject uint8

// The subjects. Of two that a name tells, the later one in this list is weaker.
const (
	NoSubject    Subject = iota
	Patient              // a row is a patient
	Care                 // a row is about the care of one
	Employee             // a row is an employee, or about one's work
	Person               // a row is another natural person
	Money                // a row is about money
	Reference            // a row is an entry of a published list of codes or names
	Event                // a row is something that somebody or a machine did
	Technical            // a row is a thing or a setting
	Organisation         // a row is a company or an institution
	subjects
)

func subjectWords() [subjects]string {
	return [subjects]string{Patient: "patient", Care: "care", Employee: "employee", Person: "person", Money: "money",
		Reference: "reference", Event: "event", Technical: "technical", Organisation: "organisation"}
}

// String is the subject's word; empty for [NoSubject].
func (s Subject) String() string {
	if s >= subjects {
		return ""
	}
	return subjectWords()[s]
}

func subjectOf(word string) (Subject, bool) {
	for i, known := range subjectWords() {
		if known == word && word != "" {
			return Subject(i), true
		}
	}
	return NoSubject, false
}

// OfPatients tells whether a row of such a table is tied to a patient by the table's own name.
func (s Subject) OfPatients() bool { return s == Patient || s == Care }
