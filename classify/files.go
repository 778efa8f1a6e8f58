package classify

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// FileResult is a group of files that a host keeps outside of any database, or that Odoo keeps as attachments: dumps,
// exports, spools of messages, scans. They are judged by pattern and place; no file was opened.
type FileResult struct {
	Where      string           `yaml:"where" json:"where"` // "host/NAME" or "odoo/NAME"
	Path       string           `yaml:"path" json:"path"`   // folder, or "attachments"
	Pattern    string           `yaml:"pattern" json:"pattern"`
	Class      estate.DataClass `yaml:"class" json:"class"`
	Subtype    string           `yaml:"subtype" json:"subtype"` // "database dump", "message spool", ...
	Confidence float64          `yaml:"confidence" json:"confidence"`
	Count      int64            `yaml:"count" json:"count"`
	Bytes      int64            `yaml:"bytes" json:"bytes"`
	Oldest     time.Time        `yaml:"oldest,omitempty" json:"oldest,omitzero"`
	Newest     time.Time        `yaml:"newest,omitempty" json:"newest,omitzero"`
	Evidence   []Evidence       `yaml:"evidence" json:"evidence"`
}

// stale is the age from which on files that nobody took away are a finding of their own: forgotten data.
const stale = 90 * 24 * time.Hour

// files judges what lies in folders, in filestores and in attachments. The databases' results tell what a dump of one
// may hold.
func (c *Classifier) files(inventory estate.Inventory, databases []DatabaseResult) []FileResult {
	var all []FileResult
	for _, host := range inventory.Hosts {
		for _, folder := range host.Folders.Value {
			for _, pattern := range folder.Patterns {
				all = append(all, c.group(host, folder.Path, pattern, databases, inventory))
			}
		}
		for _, store := range host.Filestores.Value {
			class := classOfDatabase(store.Database, databases)
			all = append(all, FileResult{Where: "host/" + host.Name, Path: store.Path, Pattern: "*", Class: class, Subtype: "attachments", Confidence: 0.8, Count: store.Files,
				Bytes: store.Bytes, Evidence: []Evidence{{Kind: "context", Class: class, Weight: 0.8, Detail: "attachments of the Odoo database " + store.Database}}})
		}
	}
	for _, server := range inventory.Odoo {
		if sums := server.Attachments.Value; server.Attachments.Coverage.IsKnown() && sums.Files+sums.InTable > 0 {
			class := worst(databases, func(d DatabaseResult) bool { return d.Odoo })
			all = append(all, FileResult{Where: "odoo/" + server.Name, Path: "attachments", Pattern: "*", Class: class, Subtype: "attachments", Confidence: 0.7,
				Count: sums.Files + sums.InTable, Bytes: sums.FileBytes,
				Evidence: []Evidence{{Kind: "context", Class: class, Weight: 0.7, Detail: fmt.Sprintf("%d in the filestore, %d in the table", sums.Files, sums.InTable)}}})
		}
	}
	return all
}

// group judges the files of one pattern in one folder.
func (c *Classifier) group(host estate.Host, folder string, p estate.FilePattern, databases []DatabaseResult, inventory estate.Inventory) FileResult {
	form := formOfFiles(p.Pattern)
	result := FileResult{Where: "host/" + host.Name, Path: folder, Pattern: p.Pattern, Class: form.class, Subtype: form.subtype, Confidence: form.weight,
		Count: int64(p.Count), Bytes: p.Bytes, Oldest: p.Oldest, Newest: p.Newest}
	result.Evidence = append(result.Evidence, Evidence{Kind: "name", Class: form.class, Weight: form.weight, Detail: "files like " + p.Pattern + ": " + form.subtype})
	if form.subtype == dump {
		result.Class = worst(databases, func(d DatabaseResult) bool { return servedBy(inventory, d.Server, host.Name) })
		result.Evidence = append(result.Evidence, Evidence{Kind: "context", Class: result.Class, Weight: form.weight, Detail: "a dump holds what its database does"})
	} else if class, word := c.place(folder); form.open && class != estate.NotAssessed && class.Rank() < result.Class.Rank() {
		result.Class, result.Confidence = class, 0.75
		result.Evidence = append(result.Evidence, Evidence{Kind: "context", Class: class, Weight: 0.75, Detail: "the folder’s name speaks of " + word})
	}
	if at := host.Collected.At; p.Bytes > 0 && !p.Newest.IsZero() && !at.IsZero() && at.Sub(p.Newest) > stale && result.Class.IsSensitive() {
		result.Evidence = append(result.Evidence, Evidence{Kind: "age", Class: result.Class, Weight: 0,
			Detail: fmt.Sprintf("the newest is %d days old: nobody may need them any more", int(at.Sub(p.Newest).Hours()/24))})
	}
	return result
}

// place reads the words of a folder's path.
func (c *Classifier) place(folder string) (estate.DataClass, string) {
	for part := range strings.SplitSeq(strings.ToLower(folder), "/") {
		switch part {
		case "hl7", "adt", "oru", "orm", "mdm", "mllp", "fhir", "dicom", "dcm", "pacs", "ris", "lis", "his", "pvs", "pis", "ehr", "emr", "mirth", "rhapsody", "gdt", "ldt",
			"bdt", "kvdt", "befunde", "arztbriefe", "ecg", "ekg", "mrt", "xray", "orthanc", "scans":
			return estate.PHI, "patients’ care"
		case "sepa", "bank", "mt940", "camt":
			return estate.Financial, "money"
		}
		switch subject := c.knowledge.Names.TableSubject(part); subject {
		case detect.Patient, detect.Care:
			return estate.PHI, subjectWords(subject)
		case detect.Employee:
			return estate.HR, subjectWords(subject)
		case detect.Money:
			return estate.Financial, subjectWords(subject)
		case detect.Person:
			return estate.PII, subjectWords(subject)
		}
	}
	return estate.NotAssessed, ""
}

// fileForm is what an ending tells.
type fileForm struct {
	class   estate.DataClass
	subtype string
	weight  float64
	open    bool // the folder decides what is in them
}

const dump = "database dump"

// formOfFiles reads a pattern's ending, under what packs or encrypts it.
func formOfFiles(pattern string) fileForm {
	name := strings.ToLower(pattern)
	for {
		cut := path.Ext(name)
		packed := strings.TrimSuffix(name, cut)
		if !slices.Contains([]string{".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzo", ".gpg", ".pgp", ".age", ".enc", ".zip"}, cut) || path.Ext(packed) == "" {
			break
		}
		name = packed
	}
	switch strings.TrimPrefix(path.Ext(name), ".") {
	case "hl7", "adt", "oru", "orm", "mdm", "hpr", "hprim":
		return fileForm{estate.PHI, "message spool", 0.95, false}
	case "dcm", "dicom":
		return fileForm{estate.PHI, "images of patients", 0.95, false}
	case "fhir", "cda", "ccd", "ccda", "gdt", "ldt", "bdt", "kvdt":
		return fileForm{estate.PHI, "records of patients", 0.95, false}
	case "edi", "x12", "edifact":
		return fileForm{estate.PHI, "claims and orders", 0.7, false}
	case "sql", "dump", "dmp", "backup", "bak", "bck", "wal", "fdb", "gdb", "mdb", "accdb", "dbf", "sqlite", "sqlite3", "db":
		return fileForm{estate.NotAssessed, dump, 0.8, false}
	case "key", "pem", "p12", "pfx", "jks", "kdbx":
		return fileForm{estate.Credential, "keys", 0.8, false}
	case "ldif", "vcf":
		return fileForm{estate.PII, "list of persons", 0.85, false}
	case "eml", "msg", "mbox", "pst":
		return fileForm{estate.PII, "mail", 0.8, true}
	case "csv", "tsv", "xls", "xlsx", "xlsm", "ods", "xml", "json", "jsonl", "ndjson", "parquet", "avro", "dat", "txt":
		return fileForm{estate.NotAssessed, "export", 0.4, true}
	case "pdf", "doc", "docx", "odt", "rtf", "tif", "tiff", "jpg", "jpeg", "png", "heic", "bmp":
		return fileForm{estate.NotAssessed, "documents and scans", 0.4, true}
	case "tar", "tgz", "tbz2", "txz", "zip", "7z", "rar", "qcow2", "vmdk", "vhd", "vhdx", "ova", "arc", "sav":
		return fileForm{estate.NotAssessed, "archive or disk image", 0.4, true}
	case "log":
		return fileForm{estate.NotAssessed, "log", 0.4, true}
	}
	if strings.HasPrefix(pattern, "WAL") {
		return fileForm{estate.NotAssessed, dump, 0.8, false}
	}
	return fileForm{estate.NotAssessed, "files", 0.3, true}
}

// worst is the headline of the databases that count; NotAssessed where none does.
func worst(databases []DatabaseResult, counts func(DatabaseResult) bool) estate.DataClass {
	sum := map[estate.DataClass]int{}
	for _, d := range databases {
		if counts(d) {
			sum[d.Class]++
		}
	}
	return headline(sum)
}

// servedBy tells whether a PostgreSQL server runs on a host, so that dumps there may be of it. Where no server does, dumps
// may be of any.
func servedBy(inventory estate.Inventory, server, host string) bool {
	others := false
	for _, s := range inventory.Postgres {
		if s.Host == host {
			if s.Name == server {
				return true
			}
			others = true
		}
	}
	return !others
}

// classOfDatabase is the headline of the databases of a name.
func classOfDatabase(name string, databases []DatabaseResult) estate.DataClass {
	return worst(databases, func(d DatabaseResult) bool { return d.Database == name })
}
