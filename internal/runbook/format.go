package runbook

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Format writes a runbook as people like to read and edit it: fields in one order, durations as 1h30m, the phases
// marked by comments. The same runbook gives the same bytes, and [Parse] reads them back.
func Format(b Runbook) ([]byte, error) {
	comments := yaml.CommentMap{"$.version": {yaml.HeadComment(
		" The cutover runs exactly this text: edit it, then check it with: nightferry cutover check "+b.Wave,
		" Steps run in the order of their needs, phase after phase; what is done is undone last first.",
	)}}
	var phase Phase
	for i, step := range b.Steps {
		if step.Phase != phase {
			phase = step.Phase
			comments[fmt.Sprintf("$.steps[%d]", i)] = []*yaml.Comment{yaml.HeadComment(" --- " + string(phase) + " ---")}
		}
	}
	return yaml.MarshalWithOptions(b, yaml.Indent(2), yaml.IndentSequence(true), yaml.WithComment(comments), yaml.UseLiteralStyleIfMultiline(true),
		yaml.CustomMarshaler(func(d time.Duration) ([]byte, error) { return []byte(duration(d)), nil }))
}

// duration is d without the zero minutes and seconds that d.String() adds.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
