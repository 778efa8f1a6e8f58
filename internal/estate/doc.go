// Package estate holds the nouns of an assessed estate: hosts, databases, Odoo servers, business services
// and the facts about them. It does no I/O and imports nothing of ours, so every stage can share it.
//
// Two ideas run through all of it. A fact that may be missing is a [Section], which says how it was got and
// whether it is known: an empty list that is known differs from a list nobody could read. And no type here
// has a field that could hold a row of a customer's table: counts, names and shapes only.
package estate
