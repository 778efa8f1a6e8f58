package runbook

import (
	"regexp"

	"nightferry/internal/expr"
)

// File is a runbook as it was read, ready to be run.
type File struct {
	Runbook Runbook
	Text    []byte                    // the exact bytes
	SHA256  string                    // hex, of Text: the runbook's identity in journals and approvals
	Passes  map[string]*expr.Program  // compiled pass expressions by step
	Shows   map[string]*regexp.Regexp // compiled show patterns by step
}
