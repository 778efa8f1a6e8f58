// Package evidence holds what validations found: the facts that a gate decides on and a report shows. It does
// no I/O. All of it marshals to JSON in a stable order, so that the same findings give the same bytes.
//
// Nothing here can hold a row of a customer's table: counts, names of objects, and keys that are either
// surrogate numbers or keyed hashes.
package evidence
