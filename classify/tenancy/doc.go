// Package tenancy says whom a workload may share its platform with, by named rules, and which controls its classes of
// data demand. Rules and controls are tables ([DefaultRules], [DefaultControls]) that an engagement may replace; every
// result names the version it follows. A person's decision wins, and stays beside what the rules say. It is pure.
package tenancy
