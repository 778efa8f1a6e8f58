package odoorpc

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
)

// Row is one record, or one group of read_group. Odoo says false for NULL in every type, so false reads as
// the type's zero value everywhere. A value of another type than asked for also reads as zero, but the row
// remembers it, and the reading that the row came from fails with [BadAnswer]: wrong is not empty.
type Row struct {
	of     string // model, for errors
	values map[string]any
	wrong  *error
}

func newRow(of string, values map[string]any) Row {
	return Row{of: of, values: values, wrong: new(error)}
}

// Err is the first value that had another type than was asked for, or nil.
func (r Row) Err() error { return *r.wrong }

func (r Row) mismatch(field, want string) {
	if *r.wrong == nil {
		*r.wrong = fmt.Errorf("field %s of %s is not %s", field, r.of, want)
	}
}

// absent tells whether a field has no value: missing, NULL, or an empty element, which decodes to nil.
func (r Row) absent(field string) bool {
	value := r.values[field]
	isFalse, isBool := value.(bool)
	return value == nil || isBool && !isFalse
}

// Text is a string in one line without control characters, at most 500 characters of it.
func (r Row) Text(field string) string {
	if r.absent(field) {
		return ""
	}
	s, ok := r.values[field].(string)
	if !ok {
		r.mismatch(field, "a text")
	}
	return clean(s, 500)
}

// Has tells whether the row has a field at all. One that is NULL is there.
func (r Row) Has(field string) bool {
	_, there := r.values[field]
	return there
}

// Long is a string as it came, control characters and all: to be measured and hashed, never to be kept or shown.
func (r Row) Long(field string) string {
	if r.absent(field) {
		return ""
	}
	s, ok := r.values[field].(string)
	if !ok {
		r.mismatch(field, "a text")
	}
	return s
}

// IDs are the records that a one2many or many2many field points to.
func (r Row) IDs(field string) []int64 {
	if r.absent(field) {
		return nil
	}
	list, ok := r.values[field].([]any)
	if !ok {
		r.mismatch(field, "a list of records")
	}
	ids := make([]int64, 0, len(list))
	for _, item := range list {
		id, ok := item.(int64)
		if !ok {
			r.mismatch(field, "a list of records")
		}
		ids = append(ids, id)
	}
	return ids
}

// Int is a whole number. Odoo sends some as floating point.
func (r Row) Int(field string) int64 {
	if r.absent(field) {
		return 0
	}
	switch n := r.values[field].(type) {
	case int64:
		return n
	case float64:
		if math.Abs(n) < 1<<53 {
			return int64(math.Round(n))
		}
	}
	r.mismatch(field, "a whole number")
	return 0
}

// Float is a number.
func (r Row) Float(field string) float64 {
	if r.absent(field) {
		return 0
	}
	switch n := r.values[field].(type) {
	case int64:
		return float64(n)
	case float64:
		if !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n
		}
	}
	r.mismatch(field, "a number")
	return 0
}

// Bool is a truth value.
func (r Row) Bool(field string) bool {
	if r.values[field] == nil {
		return false
	}
	b, ok := r.values[field].(bool)
	if !ok {
		r.mismatch(field, "a truth value")
	}
	return b
}

// Time is a date with time, which Odoo keeps in UTC. Zero for NULL.
func (r Row) Time(field string) time.Time {
	if r.absent(field) {
		return time.Time{}
	}
	if t, ok := r.values[field].(time.Time); ok {
		return t.UTC().Truncate(time.Second)
	}
	s, _ := r.values[field].(string)
	for _, layout := range []string{time.DateTime, time.DateTime + ".999999", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, time.UTC); err == nil {
			return t.Truncate(time.Second)
		}
	}
	r.mismatch(field, "a time")
	return time.Time{}
}

// Ref is a many2one: the id and the display name of the record pointed to, 0 and "" for none.
func (r Row) Ref(field string) (id int64, name string) {
	if r.absent(field) {
		return 0, ""
	}
	pair, _ := r.values[field].([]any)
	if len(pair) != 2 {
		r.mismatch(field, "a reference")
		return 0, ""
	}
	id, isInt := pair[0].(int64)
	name, isText := pair[1].(string)
	if !isInt || !isText && pair[1] != nil {
		r.mismatch(field, "a reference")
		return 0, ""
	}
	return id, clean(name, 500)
}

// clean makes a remote string fit to be shown: valid UTF-8, one line, nothing that moves a cursor or turns
// the direction of reading, at most limit characters.
func clean(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
			r = ' '
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c':
			continue
		}
		if n++; n > limit {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
