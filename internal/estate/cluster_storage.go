package estate

import "time"

// StorageClass is a kind of disk that the cluster gives.
type StorageClass struct {
	Name        string `json:"name"`
	Provisioner string `json:"provisioner"`
	Default     bool   `json:"default,omitempty"`
	Reclaim     string `json:"reclaim"` // Delete, Retain: what becomes of a disk whose claim is gone
	Binding     string `json:"binding,omitempty"`
	Expandable  bool   `json:"expandable,omitempty"`
	Encrypted   string `json:"encrypted,omitempty"` // what its parameter of that name says; empty where it has none, which is not "no"
}

// VolumeClaim is a disk that a workload asked for.
type VolumeClaim struct {
	Namespace string   `json:"namespace"`
	Name      string   `json:"name"`
	Class     string   `json:"class,omitempty"`
	Bytes     int64    `json:"bytes"` // asked for
	Modes     []string `json:"modes,omitempty"`
	Phase     string   `json:"phase,omitempty"` // Bound, Pending, Lost
}

// BackupSchedule is a plan by which something is backed up again and again.
type BackupSchedule struct {
	Kind       string    `json:"kind"` // Schedule (Velero), ScheduledBackup (CloudNativePG)
	Namespace  string    `json:"namespace"`
	Name       string    `json:"name"`
	When       string    `json:"when"` // cron fields
	Paused     bool      `json:"paused,omitempty"`
	Namespaces []string  `json:"namespaces,omitempty"` // that it saves; "*" for all
	Excluded   []string  `json:"excluded,omitempty"`   // namespaces that it leaves out
	Of         string    `json:"of,omitempty"`         // the database cluster that it saves
	Location   string    `json:"location,omitempty"`
	Kept       string    `json:"kept,omitempty"`    // how long, "720h0m0s"
	Volumes    string    `json:"volumes,omitempty"` // whether disks are saved: yes, no; empty where it is not stated
	Phase      string    `json:"phase,omitempty"`
	Last       time.Time `json:"last,omitzero"`
}

// Saves tells whether a schedule that is not paused saves a namespace.
func (s BackupSchedule) Saves(namespace string) bool {
	if s.Paused || s.Of != "" {
		return false
	}
	saved := len(s.Namespaces) == 0
	for _, name := range s.Namespaces {
		saved = saved || name == "*" || name == namespace
	}
	for _, name := range s.Excluded {
		saved = saved && name != namespace && name != "*"
	}
	return saved
}

// ClusterBackup is a backup that was made, or tried.
type ClusterBackup struct {
	Kind      string    `json:"kind"` // Backup (Velero), Backup (CloudNativePG)
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	Schedule  string    `json:"schedule,omitempty"`
	Phase     string    `json:"phase"` // as its tool says: Completed, PartiallyFailed, Failed, …
	Started   time.Time `json:"started,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	Errors    int       `json:"errors,omitempty"`
	Warnings  int       `json:"warnings,omitempty"`
}

// BackupLocation is where backups go.
type BackupLocation struct {
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	Provider  string    `json:"provider"`
	Bucket    string    `json:"bucket,omitempty"`
	Phase     string    `json:"phase,omitempty"`  // Available, Unavailable
	Access    string    `json:"access,omitempty"` // ReadWrite, ReadOnly
	Default   bool      `json:"default,omitempty"`
	Checked   time.Time `json:"checked,omitzero"`
}

// ClusterDatabase is a PostgreSQL cluster that an operator keeps.
type ClusterDatabase struct {
	Kind      string `json:"kind"` // Cluster (CloudNativePG)
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Image     string `json:"image,omitempty"`
	Instances int    `json:"instances"`
	Ready     int    `json:"ready"`
	Bytes     int64  `json:"bytes"` // of an instance's disk
	Class     string `json:"class,omitempty"`
	Backup    string `json:"backup,omitempty"` // how it is saved: "object store", "volume snapshot", "plugin"; empty where nothing is stated
	Phase     string `json:"phase,omitempty"`
}

// GitOps is a source of what should run, or what is kept as a source has it.
type GitOps struct {
	Kind       string `json:"kind"` // Application, GitRepository, Kustomization, HelmRelease
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
	Controller string `json:"controller"`       // argocd, flux
	Source     string `json:"source,omitempty"` // a repository's URL without login, or the name of a source
	Path       string `json:"path,omitempty"`
	Revision   string `json:"revision,omitempty"` // branch, tag, range or commit that is asked for
	Target     string `json:"target,omitempty"`   // namespace that it fills
	Automatic  bool   `json:"automatic,omitempty"`
	Prunes     bool   `json:"prunes,omitempty"` // what is gone from the source is removed
	Heals      bool   `json:"heals,omitempty"`  // what was changed by hand is put back
	Verified   bool   `json:"verified,omitempty"`
	Suspended  bool   `json:"suspended,omitempty"`
	State      string `json:"state,omitempty"` // "Synced, Healthy", "ready", "not ready"
}

// SecretStore is where a controller gets secrets from, or one that it keeps. No value and no key is ever read.
type SecretStore struct {
	Kind      string `json:"kind"` // SecretStore, ClusterSecretStore, ExternalSecret
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Provider  string `json:"provider,omitempty"` // of a store: vault, aws, azurekv, gcpsm, …
	Store     string `json:"store,omitempty"`    // of an ExternalSecret
	Ready     bool   `json:"ready"`
}

// Monitor is what is watched, or a set of rules that alarm.
type Monitor struct {
	Kind      string `json:"kind"` // ServiceMonitor, PodMonitor, PrometheusRule
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Rules     int    `json:"rules,omitempty"` // that alarm
}
