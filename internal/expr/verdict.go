package expr

// Verdict is the outcome of judging an expression over facts.
type Verdict string

// The verdicts. Only Pass opens a gate.
const (
	Pass   Verdict = "pass"
	Fail   Verdict = "fail"
	NoData Verdict = "no-data" // a leaf that would decide is missing
)
