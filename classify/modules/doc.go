// Package modules says what becomes of each Odoo module on the way to a later version: kept, renamed, merged,
// replaced, removed, or custom, with the hours that custom code takes.
//
// It rests on lists of what every version ships and on renames a step ([Facts], SOURCES.md), follows a module from
// version to version ([Facts.Follow]), and judges those of an estate ([Advisor.Assess]). A verdict is as sure as its
// weakest step. What no list knows is [Unknown], never [Removed]. The package is pure: no clock, no network.
package modules
