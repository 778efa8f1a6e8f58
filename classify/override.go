package classify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"

	"nightferry/internal/estate"
)

// OverrideState tells what became of an override.
type OverrideState string

// The states of an override.
const (
	Applied         OverrideState = "applied"
	EvidenceChanged OverrideState = "evidence changed" // applied, and the evidence is not what the person saw
	NoSuchColumn    OverrideState = "no such column"
)

// OverrideResult is a person's word on the class of a column, and how it stands.
type OverrideResult struct {
	estate.ClassOverride `yaml:",inline"`

	Judged estate.DataClass `yaml:"judged,omitempty" json:"judged,omitempty"` // what the evidence alone says now
	State  OverrideState    `yaml:"state" json:"state"`
}

// Override is the classifier with the word of people, which wins over all evidence.
func (c *Classifier) Override(list []estate.ClassOverride) *Classifier {
	overridden := *c
	overridden.overrides = make(map[[3]string]estate.ClassOverride, len(list))
	overridden.listed = list
	for _, o := range list {
		overridden.overrides[o.Place()] = o
	}
	return &overridden
}

// overrule applies the override of a column, if there is one.
func (c *Classifier) overrule(server, database string, table estate.Table, judged ColumnResult) ColumnResult {
	o, found := c.overrides[[3]string{server + "/" + database, table.QualifiedName(), judged.Column}]
	if !found {
		return judged
	}
	detail := fmt.Sprintf("%s on %s: %s", o.By, o.Date, o.Reason)
	if changed(o, judged) {
		detail += "; the evidence has changed since"
	}
	word := Evidence{Kind: "override", Class: o.Class, Weight: 1, Detail: detail}
	result := ColumnResult{Column: judged.Column, Class: o.Class, Confidence: 1}
	if o.Class == judged.Class {
		result = judged
		result.Confidence = 1
	}
	result.Evidence = append([]Evidence{word}, judged.Evidence...)
	return result
}

// overruled lists how each override stands, given the verdicts on the columns that it may be about.
func (c *Classifier) overruled(inventory estate.Inventory) []OverrideResult {
	if len(c.listed) == 0 {
		return nil
	}
	bare := *c
	bare.overrides = nil
	judged := map[[3]string]ColumnResult{}
	for _, t := range bare.Judge(inventory) {
		for _, column := range t.Columns {
			judged[[3]string{t.Server + "/" + t.Database, t.Table.QualifiedName(), column.Column}] = column
		}
	}
	var list []OverrideResult
	for _, o := range c.listed {
		verdict, found := judged[o.Place()]
		result := OverrideResult{ClassOverride: o, Judged: verdict.Class, State: Applied}
		switch {
		case !found:
			result.State = NoSuchColumn
		case changed(o, verdict):
			result.State = EvidenceChanged
		}
		list = append(list, result)
	}
	return list
}

// changed tells whether the evidence is not what the person saw.
func changed(o estate.ClassOverride, judged ColumnResult) bool {
	return o.Evidence != "" && o.Evidence != Fingerprint(judged)
}

// Fingerprint tells two states of the evidence about a column apart: its class and labels, and the kind, class and words of
// each reason. Numbers in the words do not count, for another sample gives other counts of the same.
func Fingerprint(judged ColumnResult) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s|%s|%s|%s\n", judged.Class, judged.Subtype, judged.Article9, judged.Cardholder)
	for _, e := range judged.Evidence {
		words := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return -1
			}
			return r
		}, e.Detail)
		fmt.Fprintf(&text, "%s|%s|%s\n", e.Kind, e.Class, words)
	}
	sum := sha256.Sum256([]byte(text.String()))
	return "sha256:" + hex.EncodeToString(sum[:8])
}
