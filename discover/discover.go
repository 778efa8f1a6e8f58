// Package discover runs collectors over an estate: many at once, each with a deadline, and what fails is a
// fact like any other. It knows no protocol: the collectors in its subfolders do.
package discover

import (
	"context"

	"nightferry/internal/estate"
)

// Kind is what a target is.
type Kind string

// The kinds of targets.
const (
	KindHost     Kind = "host"
	KindPostgres Kind = "postgres"
	KindOdoo     Kind = "odoo"
)

// Target is one thing to be read, with the collector that reads it.
type Target struct {
	Kind        Kind
	Name        string // unique within its kind
	Environment estate.Environment
	Address     string // for people
	// Collect reads the target. It never fails: what goes wrong is in the asset's coverage.
	// note reports progress in a few words, free of customer data.
	Collect func(ctx context.Context, note func(step string)) Asset
	// Light: Collect takes one look, of the many of a [Watch].
	Light bool
}

// ID is "kind/name".
func (t Target) ID() string { return string(t.Kind) + "/" + t.Name }

// Asset is what a collector found: exactly one field is set.
type Asset struct {
	Host     *estate.Host
	Postgres *estate.PostgresServer
	Odoo     *estate.OdooServer

	HostLook     *estate.HostLook
	PostgresLook *estate.PostgresLook
}

// Collected is the collection of the asset that is set.
func (a Asset) Collected() estate.Collection {
	switch {
	case a.Host != nil:
		return a.Host.Collected
	case a.Postgres != nil:
		return a.Postgres.Collected
	case a.Odoo != nil:
		return a.Odoo.Collected
	case a.HostLook != nil:
		return a.HostLook.Collected
	case a.PostgresLook != nil:
		return a.PostgresLook.Collected
	}
	return estate.Collection{Coverage: estate.Failed, Problem: "the collector returned nothing"}
}
