package estate

import "time"

// Cluster is one Kubernetes cluster as an account of its API could see it, or as files of `kubectl get -o json` show
// it. Things of a namespace carry its name; those of the whole cluster have none.
type Cluster struct {
	Name        string      `json:"name"`
	Environment Environment `json:"environment"`
	Collected   Collection  `json:"collected"`

	API        Section[ClusterAPI]     `json:"api"`
	Version    Section[ClusterVersion] `json:"version"`
	Nodes      Section[[]Node]         `json:"nodes"`
	Namespaces Section[[]Namespace]    `json:"namespaces"`

	NetworkPolicies Section[[]NetworkPolicy]   `json:"network_policies"`
	Admission       Section[[]AdmissionPolicy] `json:"admission_policies"` // of the API itself, Kyverno, Gatekeeper, and webhooks
	Roles           Section[[]RBACRole]        `json:"roles"`
	RoleBindings    Section[[]RoleBinding]     `json:"role_bindings"`
	ServiceAccounts Section[[]ServiceAccount]  `json:"service_accounts"`
	Quotas          Section[[]Quota]           `json:"quotas"`

	Workloads   Section[[]ClusterWorkload]  `json:"workloads"`
	Images      Section[[]Image]            `json:"images"`
	Disruptions Section[[]DisruptionBudget] `json:"disruption_budgets"`

	Services     Section[[]ClusterService]     `json:"services"`
	Ingresses    Section[[]Ingress]            `json:"ingresses"` // of the Ingress and Gateway APIs
	Certificates Section[[]ClusterCertificate] `json:"tls_certificates"`
	Issuers      Section[[]CertificateIssuer]  `json:"issuers"`

	StorageClasses Section[[]StorageClass]    `json:"storage_classes"`
	Volumes        Section[[]VolumeClaim]     `json:"volumes"`
	Schedules      Section[[]BackupSchedule]  `json:"backup_schedules"`
	Backups        Section[[]ClusterBackup]   `json:"backup_runs"`
	Locations      Section[[]BackupLocation]  `json:"backup_locations"`
	Databases      Section[[]ClusterDatabase] `json:"databases"` // that an operator keeps

	GitOps     Section[[]GitOps]      `json:"gitops"`
	Secrets    Section[[]SecretStore] `json:"secret_stores"` // where secrets come from; what they hold is never asked for
	Monitoring Section[[]Monitor]     `json:"monitoring"`
}

// ClusterAPI is how the API server was reached, and what it showed of itself.
type ClusterAPI struct {
	Server      string       `json:"server"` // URL
	Encrypted   bool         `json:"encrypted"`
	Verified    bool         `json:"verified"` // it proved who it is
	Login       string       `json:"login"`    // by what we did: token, client certificate, plugin, none
	Certificate *Certificate `json:"certificate,omitempty"`
}

// ClusterVersion is what the API server says of itself.
type ClusterVersion struct {
	Version  string `json:"version"` // "v1.37.2"
	Platform string `json:"platform,omitempty"`
}

// Node is a machine of the cluster.
type Node struct {
	Name         string   `json:"name"`
	Roles        []string `json:"roles,omitempty"`
	Version      string   `json:"version"` // of its kubelet
	OS           string   `json:"os,omitempty"`
	Kernel       string   `json:"kernel,omitempty"`
	Architecture string   `json:"architecture,omitempty"`
	Runtime      string   `json:"runtime,omitempty"` // of containers, with its version
	Zone         string   `json:"zone,omitempty"`
	CPUMillis    int64    `json:"cpu_millis"`   // that pods may have; 0 where it is not told
	MemoryBytes  int64    `json:"memory_bytes"` // likewise
	Ready        bool     `json:"ready"`
	Closed       bool     `json:"closed,omitempty"` // takes no new pods
}

// Namespace is a namespace and what Pod Security admission holds its pods to.
type Namespace struct {
	Name  string `json:"name"`
	Phase string `json:"phase"` // Active, Terminating
	// Enforce, Audit and Warn are levels: privileged, baseline, restricted; empty where no label states one, and
	// then the API server's own default holds, which the API does not tell and which is privileged unless it was changed.
	Enforce        string `json:"enforce,omitempty"`
	EnforceVersion string `json:"enforce_version,omitempty"`
	Audit          string `json:"audit,omitempty"`
	Warn           string `json:"warn,omitempty"`
}

// NetworkPolicy says which traffic of pods is let through. Whether it is obeyed is up to the cluster's network.
type NetworkPolicy struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	AllPods   bool   `json:"all_pods"` // it holds for every pod of the namespace
	Ingress   bool   `json:"ingress"`  // it restricts what comes in
	Egress    bool   `json:"egress"`   // it restricts what goes out
	// Rules let something through; a policy without any, for all pods, denies by default.
	IngressRules int `json:"ingress_rules"`
	EgressRules  int `json:"egress_rules"`
	// OpenIngress and OpenEgress: one of the rules lets everything through.
	OpenIngress bool `json:"open_ingress,omitempty"`
	OpenEgress  bool `json:"open_egress,omitempty"`
	// Outside are the address ranges that rules name.
	Outside []string `json:"outside,omitempty"`
}

// DeniesIngress tells whether the policy alone makes everything that comes in denied unless another allows it.
func (p NetworkPolicy) DeniesIngress() bool { return p.AllPods && p.Ingress && p.IngressRules == 0 }

// DeniesEgress tells the same of what goes out.
func (p NetworkPolicy) DeniesEgress() bool { return p.AllPods && p.Egress && p.EgressRules == 0 }

// AdmissionPolicy is a rule that the API holds new objects to.
type AdmissionPolicy struct {
	Kind      string `json:"kind"` // as the API calls it: ValidatingAdmissionPolicy, ClusterPolicy, ConstraintTemplate, …
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Action    string `json:"action,omitempty"` // Deny, Enforce, Audit, …; of a webhook, what happens where it does not answer: Fail, Ignore
	Rules     int    `json:"rules"`
	Images    bool   `json:"images,omitempty"` // it verifies the signatures of images
	Bound     bool   `json:"bound,omitempty"`  // of a ValidatingAdmissionPolicy: a binding puts it to use
}

// RBACRole is a Role or a ClusterRole, with what makes it dangerous.
type RBACRole struct {
	Namespace string `json:"namespace,omitempty"` // empty for a ClusterRole
	Name      string `json:"name"`
	BuiltIn   bool   `json:"built_in,omitempty"` // Kubernetes brings it
	Rules     int    `json:"rules"`
	// Powers are what the role lets do that others should not: "everything", "all verbs on RESOURCE", "all resources",
	// "read secrets", "change workloads", "run in pods", "change roles", "impersonate", "issue tokens", "all nodes".
	Powers []string `json:"powers,omitempty"`
}

// RoleBinding gives a role to subjects, in a namespace or everywhere.
type RoleBinding struct {
	Namespace string   `json:"namespace,omitempty"` // empty for a ClusterRoleBinding
	Name      string   `json:"name"`
	RoleKind  string   `json:"role_kind"` // Role, ClusterRole
	Role      string   `json:"role"`
	Subjects  []string `json:"subjects"` // "ServiceAccount NAMESPACE/NAME", "User NAME", "Group NAME"
	BuiltIn   bool     `json:"built_in,omitempty"`
}

// ServiceAccount is an account of programs in the cluster.
type ServiceAccount struct {
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	NoAutomount bool   `json:"no_automount,omitempty"` // pods get no token unless they ask for it
}

// Quota limits a namespace.
type Quota struct {
	Kind      string   `json:"kind"` // ResourceQuota, LimitRange
	Namespace string   `json:"namespace"`
	Name      string   `json:"name"`
	Limits    []Option `json:"limits,omitempty"`
}

// DisruptionBudget keeps pods up while nodes are emptied.
type DisruptionBudget struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Keeps     string `json:"keeps"`   // "at least 1", "all but 25%"
	Allowed   int    `json:"allowed"` // pods that may go now
}

// ClusterService is a name under which pods are reached.
type ClusterService struct {
	Namespace string   `json:"namespace"`
	Name      string   `json:"name"`
	Type      string   `json:"type"`               // ClusterIP, NodePort, LoadBalancer, ExternalName
	Ports     []string `json:"ports,omitempty"`    // "443/TCP", "80:30080/TCP"
	External  []string `json:"external,omitempty"` // addresses and names outside the cluster
	Sources   []string `json:"sources,omitempty"`  // ranges that alone may reach a load balancer; empty for everybody
}

// Ingress is a way in from outside: an Ingress, or a listener of a Gateway.
type Ingress struct {
	Kind      string `json:"kind"` // Ingress, Gateway
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Class     string `json:"class,omitempty"`
	Host      string `json:"host"` // "*" for every name
	TLS       bool   `json:"tls"`
	// Secret names where the certificate is kept. It is not read: see the section of certificates.
	Secret  string   `json:"secret,omitempty"`
	Paths   []string `json:"paths,omitempty"` // "/ → SERVICE:PORT"
	Address []string `json:"address,omitempty"`
}

// ClusterCertificate is a certificate that cert-manager keeps, as its status tells it.
type ClusterCertificate struct {
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	Names     []string  `json:"names"`
	Issuer    string    `json:"issuer"` // "ClusterIssuer NAME"
	Secret    string    `json:"secret"` // name of the secret that holds it
	Ready     bool      `json:"ready"`
	NotBefore time.Time `json:"not_before,omitzero"`
	NotAfter  time.Time `json:"not_after,omitzero"` // zero where it was never issued
	Renewal   time.Time `json:"renewal,omitzero"`
}

// CertificateIssuer is where cert-manager gets certificates.
type CertificateIssuer struct {
	Kind      string `json:"kind"` // Issuer, ClusterIssuer
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Type      string `json:"type"`             // acme, ca, vault, venafi, self-signed
	Server    string `json:"server,omitempty"` // host of an ACME or Vault server
	Ready     bool   `json:"ready"`
}
