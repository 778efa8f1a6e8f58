// Package labelled is the set of database columns by which the classification of columns is measured: tables as they
// stand in hospitals, practices, laboratories, pharmacies and insurers, and in the ERP beside them, in English, French,
// German and Spanish. Each column says what a compliance officer would call it. README.md tells the rules of labelling.
//
// The tables are text, in a folder a part: whoever writes dictionaries leaves the unseen one unread. Rows are made
// from a seed; nobody in them exists.
package labelled
