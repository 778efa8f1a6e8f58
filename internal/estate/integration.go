package estate

import "strings"

// Integration is two systems that talk. Which of the three views saw it is what makes it a finding or not.
//
// From is the end that opens the connection. An end is "host/NAME" for a host of the estate, "outside/NAME" for
// another party, by its name where one is known and else by its address, or "shared/ADDRESS" for an address that
// several hosts of the estate have: Behind names them.
type Integration struct {
	From           string          `json:"from"`
	To             string          `json:"to"`
	Protocol       string          `json:"protocol"` // "postgresql", "hl7", "https", "smtp", "sftp", ...; "tcp/PORT" where none is known
	Port           int             `json:"port,omitempty"`
	Kind           IntegrationKind `json:"kind"`
	Direction      Direction       `json:"direction"`
	Owner          string          `json:"owner,omitempty"`    // as people stated it; empty where nobody did
	Classes        []Crossing      `json:"classes"`            // data that crosses it, each with what says so
	Schedule       []string        `json:"schedule,omitempty"` // "*/15 * * * * (/etc/cron.d/fhir-pull)"; empty where none is known
	Encryption     Encryption      `json:"encryption"`
	Authentication Authentication  `json:"authentication"`
	Behind         []string        `json:"behind,omitempty"`  // hosts of a shared address, as "host/NAME"
	Planned        bool            `json:"planned,omitempty"` // it comes with a move, and need not be there yet

	Configured []string `json:"configured"` // evidence in configuration; empty when not seen there
	Observed   []string `json:"observed"`   // evidence in sockets, sessions and mounts
	Declared   []string `json:"declared"`   // evidence in engagement.yaml

	// Looks is how often connections of either end were looked at, and Seen in how many of these looks it was there.
	// No look says nothing of whether it is in use, and few say little.
	Looks int `json:"looks"`
	Seen  int `json:"seen"`
}

// Hosts names the hosts of the estate that an end may be: one, those behind a shared address, or none.
func (i Integration) Hosts(end string) []string {
	switch kind, _, _ := strings.Cut(end, "/"); kind {
	case "host":
		return []string{end}
	case "shared":
		return i.Behind
	}
	return nil
}

// IsInside tells whether both ends are the same machine.
func (i Integration) IsInside() bool { return i.From == i.To }

// IntegrationKind says what an integration is for.
type IntegrationKind string

// The kinds of integrations.
const (
	KindEHR        IntegrationKind = "ehr"        // health records: HL7, FHIR, DICOM
	KindFinance    IntegrationKind = "finance"    // payment, banks, bills sent between companies
	KindDocuments  IntegrationKind = "documents"  // document repositories and object storage
	KindIdentity   IntegrationKind = "identity"   // directories and sign-on
	KindAnalytics  IntegrationKind = "analytics"  // what reads data to make statistics of it
	KindPartner    IntegrationKind = "partner"    // APIs of other parties
	KindMail       IntegrationKind = "mail"       //
	KindFiles      IntegrationKind = "files"      // transfers and shares
	KindDatabase   IntegrationKind = "database"   //
	KindMessaging  IntegrationKind = "messaging"  // queues and caches that several programs share
	KindWeb        IntegrationKind = "web"        // HTTP within the estate, and people's browsers
	KindBackup     IntegrationKind = "backup"     //
	KindAccess     IntegrationKind = "access"     // people or programs that log in: ssh, telnet, rdp
	KindLogging    IntegrationKind = "logging"    // logs that are sent elsewhere
	KindMonitoring IntegrationKind = "monitoring" //
	KindTime       IntegrationKind = "time"       //
	KindNames      IntegrationKind = "names"      // DNS
	KindSoftware   IntegrationKind = "software"   // package mirrors and container registries
	KindOther      IntegrationKind = "other"      // nobody can tell
)

// IntegrationKinds lists all kinds, those that concern patients and business first.
func IntegrationKinds() []IntegrationKind {
	return []IntegrationKind{
		KindEHR, KindFinance, KindDocuments, KindIdentity, KindAnalytics, KindPartner, KindMail, KindFiles, KindDatabase, KindMessaging,
		KindWeb, KindBackup, KindAccess, KindLogging, KindMonitoring, KindTime, KindNames, KindSoftware, KindOther,
	}
}

// Direction says which way the data flows, seen from the end that opens the connection.
type Direction string

// The directions.
const (
	Push             Direction = "push" // From gives
	Pull             Direction = "pull" // From takes
	Both             Direction = "both"
	UnknownDirection Direction = "unknown"
)

// Encryption says how an integration is protected on its way.
type Encryption string

// The encryptions.
const (
	TLSEncryption     Encryption = "tls"
	StartTLS          Encryption = "starttls" // TLS that is asked for in clear
	SSHEncryption     Encryption = "ssh"
	PlainText         Encryption = "plain"
	MixedEncryption   Encryption = "mixed" // several of these at once
	UnknownEncryption Encryption = "unknown"
)

// Authentication is the kind of proof by which From shows who it is. The proof itself is nowhere kept.
type Authentication string

// The kinds of authentication.
const (
	PasswordProof Authentication = "password"
	KeyProof      Authentication = "key"
	CertProof     Authentication = "certificate"
	TokenProof    Authentication = "token" // an API key, a ticket
	NoProof       Authentication = "none"  // nothing is asked for
	MixedProofs   Authentication = "mixed" // several of these
	UnknownProof  Authentication = "unknown"
)

// Crossing is a class of data that crosses an integration.
type Crossing struct {
	Class DataClass     `json:"class"`
	By    CrossingBasis `json:"by"`
	Why   string        `json:"why"`
}

// CrossingBasis is what says that a class of data crosses an integration.
type CrossingBasis string

// The bases, the surest first. What rests on a service alone is the most that can cross, not what does.
const (
	ByDeclaration CrossingBasis = "declaration" // people said so
	ByProtocol    CrossingBasis = "protocol"    // such as HL7, which carries nothing else
	ByModel       CrossingBasis = "model"       // an Odoo model or a table that is tied to it
	ByDatabase    CrossingBasis = "database"    // a database that a session is open to
	ByService     CrossingBasis = "service"     // the business service that one end belongs to
	ByNothing     CrossingBasis = "nothing"     // nothing is tied to it: NOT-ASSESSED
)
