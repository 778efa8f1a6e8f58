// Package people makes up people for the lab: names in several scripts, addresses, and identifiers whose check
// digits are right.
//
// None of them is a person. Family names carry a word for "test" or "sample" in their language, mail addresses end
// in .example, telephone numbers come from the ranges that regulators keep for fiction, and identifiers from
// ranges kept for tests wherever the issuer documents one.
//
// A person is a pure function of a seed and an index, so that millions can be streamed, in any order and more than
// once, without being held.
package people
