package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"nightferry/internal/drift"
	"nightferry/internal/estate"
)

// caseContent is what the small estate that a rule is tested by may hold. It is written as the inventory is saved, and
// shorter: a section is its value alone and known, and every section that is not written is known and empty. A section
// that is not known is written with its coverage. Everything was read at noon of 1 January 2026.
type caseContent struct {
	Hosts        []estate.Host           `json:"hosts"`
	Postgres     []estate.PostgresServer `json:"postgres"`
	Odoo         []estate.OdooServer     `json:"odoo"`
	Services     []estate.Service        `json:"services"`
	Clusters     []estate.Cluster        `json:"clusters"`
	Integrations []estate.Integration    `json:"integrations"`
	Drift        *drift.Report           `json:"drift"`

	estate.Word
	Classes  map[string]estate.DataClass `json:"classes"`
	Copies   []estate.Copy               `json:"copies"`
	Restores []estate.Restore            `json:"restores"`
}

// caseTime is when the estates of cases were read.
const (
	caseTime = "2026-01-01T12:00:00Z"
	caseDay  = "2026-01-01"
)

// misfit is what does not fit into an estate, and where.
type misfit struct{ where, text string }

func (m misfit) Error() string { return m.text }

// estateOf makes the estate of a case. Where it does not fit, where tells the path within the case.
func estateOf(given map[string]any) (e Estate, where string, err error) {
	full, err := expand(reflect.TypeFor[caseContent](), given, "")
	if m, is := errors.AsType[misfit](err); is {
		return e, m.where, err
	}
	text, err := json.Marshal(full)
	if err != nil {
		return e, "", err
	}
	var content caseContent
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&content); err != nil {
		return e, "", fmt.Errorf("it does not fit into an inventory: %w", err)
	}
	return Estate{Inventory: estate.Inventory{Hosts: content.Hosts, Postgres: content.Postgres, Odoo: content.Odoo, Clusters: content.Clusters},
		Services: content.Services, Integrations: content.Integrations, Classes: content.Classes, Word: content.Word, Drift: content.Drift, Today: caseDay,
		Copies: content.Copies, Restores: content.Restores}, "", nil
}

// expand writes out what a case leaves out, along the types of the inventory.
func expand(t reflect.Type, given any, where string) (any, error) {
	if t == reflect.TypeFor[time.Duration]() {
		return duration(given, where)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return expand(t.Elem(), given, where)
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return given, nil
		}
		return expandStruct(t, given, where)
	case reflect.Slice:
		list, ok := given.([]any)
		if !ok && given != nil {
			return nil, misfit{where, "this should be a list"}
		}
		out := make([]any, len(list))
		for i, entry := range list {
			var err error
			if out[i], err = expand(t.Elem(), entry, fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return given, nil
}

func expandStruct(t reflect.Type, given any, where string) (any, error) {
	fields, ok := given.(map[string]any)
	if !ok {
		return nil, misfit{where, "this should be keys with values"}
	}
	types := map[string]reflect.Type{}
	for _, field := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			types[name] = field.Type
		}
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field, known := types[name]
		if !known {
			return nil, misfit{where + "." + name, fmt.Sprintf("unknown key %q", name)}
		}
		var err error
		if isSection(field) {
			out[name], err = expandSection(field, fields[name], where+"."+name)
		} else {
			out[name], err = expand(field, fields[name], where+"."+name)
		}
		if err != nil {
			return nil, err
		}
	}
	for name, field := range types {
		switch _, stated := fields[name]; {
		case stated:
		case isSection(field):
			out[name] = map[string]any{"coverage": estate.Known, "source": "the case"}
		case field == reflect.TypeFor[estate.Collection]():
			out[name] = map[string]any{"coverage": estate.Known, "at": caseTime, "account": "assess", "address": "192.0.2.1:22"}
		}
	}
	return out, nil
}

func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "Section[")
}

// expandSection takes a section's value alone for known, and a coverage for the section itself.
func expandSection(t reflect.Type, given any, where string) (any, error) {
	value, _ := t.FieldByName("Value")
	if fields, ok := given.(map[string]any); ok {
		if _, stated := fields["coverage"]; stated {
			return expandStruct(t, given, where)
		}
	}
	inner, err := expand(value.Type, given, where)
	return map[string]any{"coverage": estate.Known, "source": "the case", "value": inner}, err
}

func duration(given any, where string) (any, error) {
	text, ok := given.(string)
	if !ok {
		return nil, misfit{where, "this should be a length of time, such as 4h"}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return nil, misfit{where, "this should be a length of time, such as 4h"}
	}
	return int64(d), nil
}

// Check tests the rule by its own cases, and with everything hidden. It returns what is wrong, in words.
func (s *Set) Check(r *Rule) []string {
	one := &Set{rules: []*Rule{r}, by: map[string]*Rule{r.Code: r}, kinds: s.kinds}
	var wrong []string
	if len(one.Evaluate(r.fires).Findings) == 0 {
		wrong = append(wrong, "it finds nothing in the estate that should trigger it")
	}
	clean := one.Evaluate(r.clean)
	for _, f := range clean.Findings {
		wrong = append(wrong, "it finds something in the estate that should not trigger it: "+strings.Join(f.Evidence, "; "))
	}
	if len(clean.Unknown) > 0 && len(clean.Findings) == 0 {
		wrong = append(wrong, "it cannot tell in the estate that should not trigger it: "+clean.Unknown[0].Problem+" ("+clean.Unknown[0].Section+")")
	}
	return wrong
}
