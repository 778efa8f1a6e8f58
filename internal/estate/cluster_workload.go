package estate

// ClusterWorkload is what keeps pods running, or a pod that nothing keeps.
type ClusterWorkload struct {
	Kind      string `json:"kind"` // Deployment, StatefulSet, DaemonSet, CronJob, Job, Pod
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Wanted    int    `json:"wanted"` // pods; of a CronJob 0
	Ready     int    `json:"ready"`
	When      string `json:"when,omitempty"` // of a CronJob
	Suspended bool   `json:"suspended,omitempty"`

	ServiceAccount string         `json:"service_account"`
	NoAutomount    bool           `json:"no_automount,omitempty"` // states that its pods get no token
	HostNetwork    bool           `json:"host_network,omitempty"`
	HostPID        bool           `json:"host_pid,omitempty"`
	HostIPC        bool           `json:"host_ipc,omitempty"`
	HostPaths      []string       `json:"host_paths,omitempty"` // folders of the node
	Claims         []string       `json:"claims,omitempty"`     // volume claims
	Secrets        []string       `json:"secrets,omitempty"`    // names of secrets that are mounted
	Containers     []PodContainer `json:"containers"`
	Managers       []string       `json:"managers,omitempty"` // "argocd", "flux", "helm": who put it there, by its labels
}

// PodContainer is a container of a workload's pods. Of its environment names are kept, never a value; of its command
// nothing, for it can hold both patients and secrets.
type PodContainer struct {
	Name  string `json:"name"`
	Init  bool   `json:"init,omitempty"`
	Image string `json:"image"`

	Privileged   bool     `json:"privileged,omitempty"`
	Escalation   bool     `json:"escalation,omitempty"` // it may gain rights: nothing states that it may not
	Root         bool     `json:"root,omitempty"`       // it may run as root: nothing states that it may not
	WritableRoot bool     `json:"writable_root"`        // its own root file system is not read-only
	Added        []string `json:"added,omitempty"`      // capabilities
	DropsAll     bool     `json:"drops_all,omitempty"`  // of capabilities
	Seccomp      string   `json:"seccomp,omitempty"`    // RuntimeDefault, Localhost, Unconfined; empty where none is stated
	HostPorts    []int    `json:"host_ports,omitempty"` // ports of the node
	Ports        []int    `json:"ports,omitempty"`
	Requests     []string `json:"requests,omitempty"` // "cpu 100m", "memory 128Mi"
	Limits       []string `json:"limits,omitempty"`
	Liveness     bool     `json:"liveness,omitempty"` // a probe is stated
	Readiness    bool     `json:"readiness,omitempty"`
	Startup      bool     `json:"startup,omitempty"`
	PullAlways   bool     `json:"pull_always,omitempty"`
	Environment  []EnvVar `json:"environment,omitempty"`
	SecretSets   []string `json:"secret_sets,omitempty"` // secrets of which every key becomes a variable
	ConfigSets   []string `json:"config_sets,omitempty"` // the same of ConfigMaps
}

// EnvVar is the name of a variable and where its value comes from.
type EnvVar struct {
	Name string `json:"name"`
	From string `json:"from"` // value (it stands in the workload), secret, configmap, field
}

// Image is a container image in use, as the workloads name it.
type Image struct {
	Reference  string `json:"reference"` // as workloads state it
	Registry   string `json:"registry"`  // "docker.io" where none is stated
	Repository string `json:"repository"`
	Tag        string `json:"tag,omitempty"`    // "latest" where neither tag nor digest is stated
	Digest     string `json:"digest,omitempty"` // that the reference is pinned to, "sha256:…"
	// Running are the digests that the nodes report; several under one tag mean that it was moved.
	Running []string `json:"running,omitempty"`
	// Signature is where a cosign signature of the digest would lie; whether one is there, only the registry can tell.
	Signature string `json:"signature,omitempty"`
	// Verified is what an admission policy wrote down of the signature: "pass by kyverno"; empty where none did.
	Verified string   `json:"verified,omitempty"`
	UsedBy   []string `json:"used_by"` // "Deployment NAMESPACE/NAME"
}

// Pinned tells whether the image cannot change under its name.
func (i Image) Pinned() bool { return i.Digest != "" }
