package cluster

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostEntries bounds every list within an object: what is beyond it is dropped, and nobody has so much.
const mostEntries = 200

// meta is what every object has.
type meta struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Owners      []struct {
		Kind string `json:"kind"`
	} `json:"ownerReferences"`
}

// head is what every object begins with.
type head struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   meta   `json:"metadata"`
}

// call gives the object its kind.
func (h *head) call(kind string) { h.Kind = kind }

// place is the object's name and namespace, fit to be kept.
func (h *head) place() (namespace, name string) {
	return clean(h.Metadata.Namespace), clean(h.Metadata.Name)
}

// text is one that is fit to be kept.
type text string

// UnmarshalJSON takes a text, and whatever else is one line: a number, true or false.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = text(clean(s))
		return nil
	}
	if len(raw) > 0 && raw[0] != '{' && raw[0] != '[' && string(raw) != "null" {
		*t = text(clean(string(raw)))
		return nil
	}
	if string(raw) == "null" {
		return nil
	}
	return &json.UnmarshalTypeError{Value: "object", Type: reflect.TypeFor[string]()}
}

// quantity is an amount as Kubernetes writes it: 2, "500m", "1.5Gi".
type quantity string

// UnmarshalJSON takes a text or a number.
func (q *quantity) UnmarshalJSON(raw []byte) error { return (*text)(q).UnmarshalJSON(raw) }

// thousandths is the amount times 1,000; 0 where it is none.
func (q quantity) thousandths() int64 {
	number := strings.TrimRight(string(q), "numkKMGTPEi")
	if strings.HasSuffix(string(q), "E") || strings.Contains(strings.ToLower(string(q)), "e") && !strings.HasSuffix(string(q), "Ei") {
		number = string(q)
	}
	unit := strings.TrimPrefix(string(q), number)
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0
	}
	factors := map[string]float64{"n": 1e-6, "u": 1e-3, "m": 1, "": 1e3, "k": 1e6, "M": 1e9, "G": 1e12, "T": 1e15, "P": 1e18,
		"Ki": 1 << 10 * 1e3, "Mi": 1 << 20 * 1e3, "Gi": 1 << 30 * 1e3, "Ti": 1 << 40 * 1e3, "Pi": 1 << 50 * 1e3}
	factor, known := factors[unit]
	value *= factor
	if !known || value < 0 || value > math.MaxInt64/2 {
		return 0
	}
	return int64(value)
}

// bytes is the amount as a size.
func (q quantity) bytes() int64 { return q.thousandths() / 1000 }

// moment is a time, or none.
type moment struct{ time.Time }

// UnmarshalJSON takes RFC 3339; anything else is no time.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var s string
	known := json.Unmarshal(raw, &s) == nil
	if t, err := time.Parse(time.RFC3339, s); known && err == nil && t.Year() > 1900 && t.Year() < 9999 {
		m.Time = t.UTC().Truncate(time.Second)
	}
	return nil
}

// condition is one of those in which an object says how it is.
type condition struct {
	Type   string `json:"type"`
	Status string `json:"status"`
}

// ready tells whether the condition of this name is true.
func ready(conditions []condition) bool {
	return slices.ContainsFunc(conditions, func(c condition) bool { return c.Type == "Ready" && c.Status == "True" })
}

// words keeps the first of a list, fit to be kept.
func words[T ~string](list []T) []string {
	var kept []string
	for _, w := range few(list) {
		kept = append(kept, clean(string(w)))
	}
	return kept
}

// few cuts a list at its limit.
func few[T any](list []T) []T { return list[:min(len(list), mostEntries)] }

// keysOf are the keys of an object, in order.
func keysOf[V any](m map[string]V) []string {
	keys := make([]string, 0, min(len(m), mostEntries))
	for key := range m {
		keys = append(keys, clean(key))
	}
	slices.Sort(keys)
	return few(keys)
}
