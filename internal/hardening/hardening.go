// Package hardening closes the doors by which a process's memory reaches a
// disk or another process. nightferry holds patients' rows and passwords for
// moments; a core dump would keep them for years.
package hardening
