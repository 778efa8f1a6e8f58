package cluster

import (
	"strings"

	"nightferry/internal/estate"
)

type storageClassObject struct {
	head
	Provisioner text            `json:"provisioner"`
	Reclaim     text            `json:"reclaimPolicy"`
	Binding     text            `json:"volumeBindingMode"`
	Expandable  bool            `json:"allowVolumeExpansion"`
	Parameters  map[string]text `json:"parameters"`
}

// takeStorageClass looks at one parameter alone: others can hold logins.
func takeStorageClass(f *facts, o storageClassObject) {
	s := estate.StorageClass{Provisioner: string(o.Provisioner), Reclaim: string(o.Reclaim), Binding: string(o.Binding), Expandable: o.Expandable,
		Default: o.Metadata.Annotations["storageclass.kubernetes.io/is-default-class"] == "true"}
	_, s.Name = o.place()
	if s.Reclaim == "" {
		s.Reclaim = "Delete"
	}
	for key, value := range o.Parameters {
		if strings.EqualFold(key, "encrypted") && (value == "true" || value == "false") {
			s.Encrypted = string(value)
		}
	}
	f.storageClasses = append(f.storageClasses, s)
}

type claimObject struct {
	head
	Spec struct {
		Class     text   `json:"storageClassName"`
		Modes     []text `json:"accessModes"`
		Resources struct {
			Requests map[string]quantity `json:"requests"`
		} `json:"resources"`
	} `json:"spec"`
	Status struct {
		Phase text `json:"phase"`
	} `json:"status"`
}

func takeClaim(f *facts, o claimObject) {
	v := estate.VolumeClaim{Class: string(o.Spec.Class), Bytes: o.Spec.Resources.Requests["storage"].bytes(), Modes: words(o.Spec.Modes), Phase: string(o.Status.Phase)}
	v.Namespace, v.Name = o.place()
	f.volumes = append(f.volumes, v)
}

type veleroTemplate struct {
	Included []text `json:"includedNamespaces"`
	Excluded []text `json:"excludedNamespaces"`
	Location text   `json:"storageLocation"`
	Kept     text   `json:"ttl"`
	Snapshot *bool  `json:"snapshotVolumes"`
	Files    *bool  `json:"defaultVolumesToFsBackup"`
}

type veleroScheduleObject struct {
	head
	Spec struct {
		Schedule text           `json:"schedule"`
		Paused   bool           `json:"paused"`
		Template veleroTemplate `json:"template"`
	} `json:"spec"`
	Status struct {
		Phase text   `json:"phase"`
		Last  moment `json:"lastBackup"`
	} `json:"status"`
}

func takeVeleroSchedule(f *facts, o veleroScheduleObject) {
	t := o.Spec.Template
	s := estate.BackupSchedule{Kind: "Schedule", When: string(o.Spec.Schedule), Paused: o.Spec.Paused, Namespaces: words(t.Included), Excluded: words(t.Excluded),
		Location: string(t.Location), Kept: string(t.Kept), Phase: string(o.Status.Phase), Last: o.Status.Last.Time}
	s.Namespace, s.Name = o.place()
	switch {
	case is(t.Snapshot) || is(t.Files):
		s.Volumes = "yes"
	case t.Snapshot != nil || t.Files != nil:
		s.Volumes = "no"
	}
	f.schedules = append(f.schedules, s)
}

type veleroBackupObject struct {
	head
	Status struct {
		Phase    text   `json:"phase"`
		Started  moment `json:"startTimestamp"`
		Ended    moment `json:"completionTimestamp"`
		Expires  moment `json:"expiration"`
		Errors   int    `json:"errors"`
		Warnings int    `json:"warnings"`
	} `json:"status"`
}

func takeVeleroBackup(f *facts, o veleroBackupObject) {
	b := estate.ClusterBackup{Kind: "Backup (Velero)", Schedule: clean(o.Metadata.Labels["velero.io/schedule-name"]), Phase: string(o.Status.Phase),
		Started: o.Status.Started.Time, Ended: o.Status.Ended.Time, Expires: o.Status.Expires.Time, Errors: o.Status.Errors, Warnings: o.Status.Warnings}
	b.Namespace, b.Name = o.place()
	f.backups = append(f.backups, b)
}

type veleroLocationObject struct {
	head
	Spec struct {
		Provider text `json:"provider"`
		Access   text `json:"accessMode"`
		Default  bool `json:"default"`
		Store    struct {
			Bucket text `json:"bucket"`
		} `json:"objectStorage"`
	} `json:"spec"`
	Status struct {
		Phase   text   `json:"phase"`
		Checked moment `json:"lastValidationTime"`
	} `json:"status"`
}

func takeVeleroLocation(f *facts, o veleroLocationObject) {
	l := estate.BackupLocation{Provider: string(o.Spec.Provider), Bucket: string(o.Spec.Store.Bucket), Phase: string(o.Status.Phase),
		Access: string(o.Spec.Access), Default: o.Spec.Default, Checked: o.Status.Checked.Time}
	l.Namespace, l.Name = o.place()
	f.locations = append(f.locations, l)
}

type scheduledBackupObject struct {
	head
	Spec struct {
		Schedule text  `json:"schedule"`
		Suspend  bool  `json:"suspend"`
		Cluster  named `json:"cluster"`
	} `json:"spec"`
	Status struct {
		Last moment `json:"lastScheduleTime"`
	} `json:"status"`
}

func takeScheduledBackup(f *facts, o scheduledBackupObject) {
	s := estate.BackupSchedule{Kind: "ScheduledBackup", When: string(o.Spec.Schedule), Paused: o.Spec.Suspend, Of: string(o.Spec.Cluster.Name), Last: o.Status.Last.Time}
	s.Namespace, s.Name = o.place()
	s.Namespaces = []string{s.Namespace}
	f.schedules = append(f.schedules, s)
}

type databaseBackupObject struct {
	head
	Status struct {
		Phase   text   `json:"phase"`
		Started moment `json:"startedAt"`
		Ended   moment `json:"stoppedAt"`
	} `json:"status"`
}

func takeDatabaseBackup(f *facts, o databaseBackupObject) {
	b := estate.ClusterBackup{Kind: "Backup (CloudNativePG)", Schedule: clean(o.Metadata.Labels["cnpg.io/scheduled-backup"]), Phase: string(o.Status.Phase), Started: o.Status.Started.Time, Ended: o.Status.Ended.Time}
	b.Namespace, b.Name = o.place()
	f.backups = append(f.backups, b)
}

type databaseObject struct {
	head
	Spec struct {
		Image     text `json:"imageName"`
		Instances int  `json:"instances"`
		Storage   struct {
			Size  quantity `json:"size"`
			Class text     `json:"storageClass"`
		} `json:"storage"`
		Backup struct {
			Store    *struct{} `json:"barmanObjectStore"`
			Snapshot *struct{} `json:"volumeSnapshot"`
		} `json:"backup"`
		Plugins []named `json:"plugins"`
	} `json:"spec"`
	Status struct {
		Ready int  `json:"readyInstances"`
		Phase text `json:"phase"`
	} `json:"status"`
}

func takeDatabase(f *facts, o databaseObject) {
	d := estate.ClusterDatabase{Kind: "Cluster (CloudNativePG)", Image: string(o.Spec.Image), Instances: o.Spec.Instances, Ready: o.Status.Ready,
		Bytes: o.Spec.Storage.Size.bytes(), Class: string(o.Spec.Storage.Class), Phase: string(o.Status.Phase)}
	d.Namespace, d.Name = o.place()
	switch {
	case o.Spec.Backup.Store != nil:
		d.Backup = "object store"
	case o.Spec.Backup.Snapshot != nil:
		d.Backup = "volume snapshot"
	case len(o.Spec.Plugins) > 0:
		d.Backup = "plugin " + string(o.Spec.Plugins[0].Name)
	}
	f.databases = append(f.databases, d)
}
