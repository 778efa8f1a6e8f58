// Package expr is the one small language of gates, rollback criteria and rules of findings. An expression is compiled and type-checked
// when it is read, and judged over recorded facts: pass, fail, or no-data where a fact that would decide is missing.
package expr

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// Type is what a leaf holds. Text is for rules over an inventory alone: it has no form as JSON, so that no value of a
// customer's row can become recorded evidence of a gate.
type Type string

// The types of leaves.
const (
	TypeInt      Type = "int"
	TypeFloat    Type = "float"
	TypeBool     Type = "bool"
	TypeDuration Type = "duration"
	TypeText     Type = "text"
)

// Schema declares the leaves that an expression may use, by dotted name: "validation.different" is an int.
type Schema map[string]Type

// hasText tells whether the language of these leaves knows texts.
func (s Schema) hasText() bool {
	for _, t := range s {
		if t == TypeText {
			return true
		}
	}
	return false
}

// Facts are leaves by dotted name, as recorded. A name that is not there is a leaf that nobody asked for.
type Facts map[string]Value

// Value is one leaf of evidence and how well it is known. Only a known one takes part in a verdict.
// The zero Value is a leaf that nobody asked for.
type Value struct {
	coverage estate.Coverage
	held     any // int64, float64, bool, time.Duration or string; nil unless known
}

// Int is a known count.
func Int(n int64) Value { return Value{estate.Known, n} }

// Bool is a known truth.
func Bool(b bool) Value { return Value{estate.Known, b} }

// Duration is a known length of time.
func Duration(d time.Duration) Value { return Value{estate.Known, d} }

// Text is a known word of an inventory.
func Text(s string) Value { return Value{estate.Known, s} }

// Float is a known measurement. What is not a finite number was not measured: it is a failed leaf,
// because NaN compares false with everything and would pass a negated gate.
func Float(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Missing(estate.Failed)
	}
	return Value{estate.Known, f}
}

// Missing is a leaf without a value; coverage says why. Missing(estate.Known) is a contradiction and becomes failed.
func Missing(coverage estate.Coverage) Value {
	if coverage.IsKnown() {
		coverage = estate.Failed
	}
	return Value{coverage: coverage}
}

// Coverage says how well the leaf is known.
func (v Value) Coverage() estate.Coverage {
	if v.coverage == "" {
		return estate.NotAsked
	}
	return v.coverage
}

// Type is the type of a known leaf, and empty for one that is missing.
func (v Value) Type() Type {
	switch v.held.(type) {
	case int64:
		return TypeInt
	case float64:
		return TypeFloat
	case bool:
		return TypeBool
	case time.Duration:
		return TypeDuration
	case string:
		return TypeText
	}
	return ""
}

// String shows the leaf to people: its value, or why there is none.
func (v Value) String() string {
	if !v.coverage.IsKnown() {
		return string(v.Coverage())
	}
	return fmt.Sprint(v.held)
}

// wire is a Value as JSON: {"type":"duration","value":"1m30s"} or {"coverage":"denied"}.
type wire struct {
	Type     Type            `json:"type,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"`
	Coverage estate.Coverage `json:"coverage,omitempty"`
}

// MarshalJSON writes a known leaf as type and value, a missing one as its coverage alone.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.coverage.IsKnown() {
		return json.Marshal(wire{Coverage: v.Coverage()})
	}
	if v.Type() == TypeText {
		return nil, fmt.Errorf("a text is no evidence that may be recorded")
	}
	held := v.held
	if d, ok := held.(time.Duration); ok {
		held = d.String()
	}
	raw, err := json.Marshal(held)
	if err != nil {
		return nil, err
	}
	return json.Marshal(wire{Type: v.Type(), Value: raw})
}

// UnmarshalJSON reads what MarshalJSON wrote and refuses everything else.
func (v *Value) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	if w.Type == "" {
		switch w.Coverage {
		case estate.Absent, estate.Denied, estate.Failed, estate.Timeout, estate.NotAsked:
			*v = Missing(w.Coverage)
			return nil
		}
		return fmt.Errorf("a leaf has neither a type nor a reason why it is missing")
	}
	var err error
	switch w.Type {
	case TypeInt:
		err = read(w.Value, v, Int)
	case TypeFloat:
		err = read(w.Value, v, Float)
	case TypeBool:
		err = read(w.Value, v, Bool)
	case TypeDuration:
		var text string
		var d time.Duration
		if err = json.Unmarshal(w.Value, &text); err == nil {
			d, err = time.ParseDuration(text)
		}
		*v = Duration(d)
	default:
		return fmt.Errorf("a leaf has the unknown type %q", w.Type)
	}
	return err
}

// read decodes raw as T. A null would leave the zero value, which is a value that nobody measured.
func read[T any](raw json.RawMessage, v *Value, known func(T) Value) error {
	var held *T
	if err := json.Unmarshal(raw, &held); err != nil {
		return err
	}
	if held == nil {
		return fmt.Errorf("a leaf has a type and no value")
	}
	*v = known(*held)
	return nil
}

// Name is how an expression speaks of a step's fact: Name("validate-clinic", "different") is
// "validate_clinic.different", because a minus sign would subtract.
func Name(step, fact string) string { return strings.ReplaceAll(step, "-", "_") + "." + fact }
