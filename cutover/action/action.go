// Package action holds the kinds of steps that a cutover can do, one file each: check, do, verify, undo.
// Every command line is built here from the fields of a step that a person approved; nothing that a server or a
// command printed ever becomes part of one.
package action

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"nightferry/cutover"
	"nightferry/internal/expr"
	"nightferry/internal/remote"
	"nightferry/internal/runbook"
)

// Machines reaches a host of the engagement by its name, as the operator of the night.
type Machines interface {
	Client(ctx context.Context, name string) (*remote.Client, error)
}

// Web gives the client that reaches a service's address, with the authorities and the way that the engagement names.
type Web interface {
	HTTP(address *url.URL) (*http.Client, error)
}

// Registry makes actions. All fields are needed.
type Registry struct {
	Machines  Machines
	Web       Web
	Databases Databases
	Shelf     Shelf
}

// kind is one kind of step: its fields, the facts it leaves, and its maker.
type kind struct {
	fields []field
	facts  expr.Schema
	make   func(r *Registry, f fields) cutover.Action
	asks   bool // a person's word is all that the kind is
}

func kinds() map[string]kind {
	return map[string]kind{
		"service.stop":     {fields: serviceFields(), make: newServiceStop},
		"service.start":    {fields: serviceFields(), make: newServiceStart},
		"postgres.copy":    {fields: copyFields(), facts: expr.Schema{"bytes": expr.TypeInt, "relations": expr.TypeInt}, make: newDatabaseCopy},
		"postgres.catchup": {fields: catchupFields(), facts: catchupFacts(), make: newCatchup},
		"files.copy":       {fields: filesFields(), facts: expr.Schema{"files": expr.TypeInt, "bytes": expr.TypeInt}, make: newFilesCopy},
		"validate":         {fields: validateFields(), facts: validateFacts(), make: newValidation},
		"decision":         {fields: decisionFields(), make: newWord},
		"attest":           {fields: attestFields(), make: newWord, asks: true},
		"notice":           {fields: noticeFields(), make: newWord, asks: true},
		"https.probe":      {fields: probeFields(), facts: expr.Schema{"status": expr.TypeInt, "elapsed": expr.TypeDuration}, make: newProbe},
		"https.measure":    {fields: measureFields(), facts: measureFacts(), make: newMeasurement},
		"command":          {fields: commandFields(), make: newCommand},
	}
}

// Kinds tells the runbook's loader what each kind of step needs, so that a mistake is found before the night.
func Kinds() runbook.Kinds {
	known := runbook.Kinds{}
	for name, k := range kinds() {
		known[name] = runbook.Kind{Facts: k.facts, Asks: k.asks, Check: func(with map[string]any) []runbook.Fault {
			_, faults := read(with, k.fields)
			return faults
		}}
	}
	return known
}

var _ cutover.Actions = (*Registry)(nil)

// Action makes the action of a step.
func (r *Registry) Action(step runbook.Step) (cutover.Action, error) {
	k, known := kinds()[step.Kind]
	if !known {
		return nil, fmt.Errorf("step %s: kind %q is unknown", step.ID, step.Kind)
	}
	f, faults := read(step.With, k.fields)
	if len(faults) > 0 {
		return nil, fmt.Errorf("step %s: %s %s", step.ID, faults[0].Field, faults[0].Text)
	}
	f.step = step.ID
	return k.make(r, f), nil
}
