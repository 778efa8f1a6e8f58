// Package yamlfile reads the YAML files that people write, strictly, and tells every fault at once: each with
// its line and column, the line itself with a caret, and what would mend it.
//
// [Parse] reads the text, [File.Bind] fills a Go value from it, and the caller adds what only it can judge by
// [File.Fault]. [File.Err] is the sum of it all. Anchors, aliases, tags and several documents in one file are
// refused: people write these files, and each line should mean what it says.
package yamlfile

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one fault in a file, at its place.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1; 0 for the file as a whole
	Column  int    `json:"column"` // from 1, in characters
	Text    string `json:"text"`
	Mend    string `json:"mend,omitempty"`
	Excerpt string `json:"excerpt,omitempty"` // the line and a caret below it; what may be a secret is left out
}

// String is the problem as compilers say it, with the excerpt and the mend below.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": " + p.Text)
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	if p.Mend != "" {
		b.WriteString("\n  mend: " + p.Mend)
	}
	return b.String()
}

// Problems are all the faults of one file, in order of place.
type Problems []Problem

// Error is every problem, with a count before them where there are several.
func (ps Problems) Error() string {
	if len(ps) == 0 {
		return "no problems"
	}
	lines := make([]string, 0, len(ps)+1)
	if len(ps) > 1 {
		lines = append(lines, fmt.Sprintf("%s has %d problems", ps[0].File, len(ps)))
	}
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// ExitCode is 2, used wrongly: a person wrote the file, and nothing was begun.
func (ps Problems) ExitCode() int { return 2 }

// inOrder sorts by place and drops repeats.
func (ps Problems) inOrder() Problems {
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return slices.Compact(sorted)
}
