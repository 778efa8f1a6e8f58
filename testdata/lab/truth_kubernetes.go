package lab

// TrueKubernetes is a Kubernetes cluster.
type TrueKubernetes struct {
	Machine        string            `yaml:"machine"`
	Version        string            `yaml:"version"`
	Nodes          []string          `yaml:"nodes"`
	Admission      []string          `yaml:"admission"`       // KIND NAME of policies
	Powerful       []string          `yaml:"powerful"`        // NAMESPACE/NAME of service accounts that may do everything
	StorageClasses map[string]string `yaml:"storage_classes"` // what each says of encryption; empty for nothing
	GitOps         []string          `yaml:"gitops"`          // KIND NAMESPACE/NAME
	Namespaces     []TrueNamespace   `yaml:"namespaces"`      // all but those that every cluster has
}

// TrueNamespace is how one namespace is kept.
type TrueNamespace struct {
	Name            string   `yaml:"name"`
	Enforce         string   `yaml:"enforce"` // pod security level
	DefaultDeny     bool     `yaml:"default_deny"`
	Workloads       []string `yaml:"workloads"`     // KIND NAME
	OnNode          []string `yaml:"on_node"`       // workloads that reach into their node
	Root            []string `yaml:"root"`          // containers that may run as root
	Unlimited       []string `yaml:"unlimited"`     // containers without limits
	ClearSecrets    []string `yaml:"clear_secrets"` // variables
	Pinned          int      `yaml:"pinned"`        // images by digest
	Unpinned        int      `yaml:"unpinned"`
	Verified        int      `yaml:"verified"` // whose signature a policy verified
	TLS             []string `yaml:"tls"`      // hosts
	Plain           []string `yaml:"plain"`    // hosts without
	CertificateDays int      `yaml:"certificate_days"`
	SavedBy         []string `yaml:"saved_by"`  // schedules
	Encrypted       []string `yaml:"encrypted"` // disks
	Databases       []string `yaml:"databases"`
	Alarms          int      `yaml:"alarms"`
}
