package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// kind is a kind of object that is read, and what is kept of it.
type kind struct {
	section  string
	group    string   // "" for the core
	versions []string // that are understood, the best first
	resource string   // "deployments"
	name     string   // "Deployment"
	take     func(f *facts, kind string, item []byte) error
}

// path is where its objects are listed, of all namespaces.
func (k kind) path(version string) string {
	if k.group == "" {
		return "/api/" + version + "/" + k.resource
	}
	return "/apis/" + k.group + "/" + version + "/" + k.resource
}

// title is the resource with its group, as kubectl takes it: "deployments.apps".
func (k kind) title() string {
	if k.group == "" {
		return k.resource
	}
	return k.resource + "." + k.group
}

// rules are the rights that let an account list kinds, as rules of a ClusterRole: one a group.
func rules(list []kind) []string {
	var groups []string
	resources := map[string][]string{}
	for _, k := range list {
		if !slices.Contains(groups, k.group) {
			groups = append(groups, k.group)
		}
		resources[k.group] = append(resources[k.group], k.resource)
	}
	lines := make([]string, 0, len(groups))
	for _, group := range groups {
		lines = append(lines, fmt.Sprintf("{apiGroups: [%q], resources: [%s], verbs: [list]}", group, strings.Join(resources[group], ", ")))
	}
	return lines
}

// The sections of a cluster that are lists of objects.
const (
	nodes           = "nodes"
	namespaces      = "namespaces"
	networkPolicies = "network policies"
	admission       = "admission policies"
	roles           = "roles"
	bindings        = "role bindings"
	accounts        = "service accounts"
	quotas          = "quotas"
	workloads       = "workloads"
	pods            = "images" // with the workloads
	disruptions     = "disruption budgets"
	services        = "services"
	ingresses       = "ingresses"
	certificates    = "certificates"
	issuers         = "issuers"
	storageClasses  = "storage classes"
	volumes         = "volumes"
	schedules       = "backup schedules"
	backups         = "backups"
	locations       = "backup locations"
	databases       = "databases"
	gitops          = "gitops"
	secretStores    = "secret stores"
	monitoring      = "monitoring"
)

// kinds are all kinds that are read, in the order in which they are asked for. Secrets, ConfigMaps and events are not
// among them: they hold what must not leave the cluster.
func kinds() []kind {
	v1 := []string{"v1"}
	return slices.Concat([]kind{
		{namespaces, "", v1, "namespaces", "Namespace", read(takeNamespace)},
		{nodes, "", v1, "nodes", "Node", read(takeNode)},
		{networkPolicies, "networking.k8s.io", v1, "networkpolicies", "NetworkPolicy", read(takeNetworkPolicy)},
		{roles, "rbac.authorization.k8s.io", v1, "clusterroles", "ClusterRole", read(takeRole)},
		{roles, "rbac.authorization.k8s.io", v1, "roles", "Role", read(takeRole)},
		{bindings, "rbac.authorization.k8s.io", v1, "clusterrolebindings", "ClusterRoleBinding", read(takeBinding)},
		{bindings, "rbac.authorization.k8s.io", v1, "rolebindings", "RoleBinding", read(takeBinding)},
		{accounts, "", v1, "serviceaccounts", "ServiceAccount", read(takeAccount)},
		{quotas, "", v1, "resourcequotas", "ResourceQuota", read(takeQuota)},
		{quotas, "", v1, "limitranges", "LimitRange", read(takeLimitRange)},
		{workloads, "apps", v1, "deployments", "Deployment", read(takeWorkload)},
		{workloads, "apps", v1, "statefulsets", "StatefulSet", read(takeWorkload)},
		{workloads, "apps", v1, "daemonsets", "DaemonSet", read(takeWorkload)},
		{workloads, "batch", v1, "cronjobs", "CronJob", read(takeCronJob)},
		{workloads, "batch", v1, "jobs", "Job", read(takeWorkload)},
		{pods, "", v1, "pods", "Pod", read(takePod)},
		{disruptions, "policy", v1, "poddisruptionbudgets", "PodDisruptionBudget", read(takeDisruption)},
		{services, "", v1, "services", "Service", read(takeService)},
		{ingresses, "networking.k8s.io", v1, "ingresses", "Ingress", read(takeIngress)},
		{storageClasses, "storage.k8s.io", v1, "storageclasses", "StorageClass", read(takeStorageClass)},
		{volumes, "", v1, "persistentvolumeclaims", "PersistentVolumeClaim", read(takeClaim)},
	}, admissionKinds(), extraKinds())
}

// admissionKinds are the rules that new objects are held to.
func admissionKinds() []kind {
	builtIn := []string{"v1", "v1beta1"}
	const group = "admissionregistration.k8s.io"
	return []kind{
		{admission, group, builtIn, "validatingadmissionpolicies", "ValidatingAdmissionPolicy", read(takeAdmissionPolicy)},
		{admission, group, builtIn, "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", read(takeAdmissionBinding)},
		{admission, group, builtIn, "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", read(takeWebhooks)},
		{admission, group, builtIn, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", read(takeWebhooks)},
		{admission, "kyverno.io", []string{"v1", "v2beta1"}, "clusterpolicies", "ClusterPolicy", read(takeKyverno)},
		{admission, "kyverno.io", []string{"v1", "v2beta1"}, "policies", "Policy", read(takeKyverno)},
		{admission, "templates.gatekeeper.sh", []string{"v1", "v1beta1"}, "constrainttemplates", "ConstraintTemplate", read(takePlainPolicy)},
		{admission, "policy.sigstore.dev", []string{"v1beta1", "v1alpha1"}, "clusterimagepolicies", "ClusterImagePolicy", read(takePlainPolicy)},
	}
}

// extraKinds are those that a cluster has only where somebody installed them.
func extraKinds() []kind {
	v1 := []string{"v1"}
	young := []string{"v1", "v1beta1"}
	return []kind{
		{ingresses, "gateway.networking.k8s.io", young, "gateways", "Gateway", read(takeGateway)},
		{certificates, "cert-manager.io", v1, "certificates", "Certificate", read(takeCertificate)},
		{issuers, "cert-manager.io", v1, "clusterissuers", "ClusterIssuer", read(takeIssuer)},
		{issuers, "cert-manager.io", v1, "issuers", "Issuer", read(takeIssuer)},
		{schedules, "velero.io", v1, "schedules", "Schedule", read(takeVeleroSchedule)},
		{backups, "velero.io", v1, "backups", "Backup", read(takeVeleroBackup)},
		{locations, "velero.io", v1, "backupstoragelocations", "BackupStorageLocation", read(takeVeleroLocation)},
		{schedules, "postgresql.cnpg.io", v1, "scheduledbackups", "ScheduledBackup", read(takeScheduledBackup)},
		{backups, "postgresql.cnpg.io", v1, "backups", "Backup", read(takeDatabaseBackup)},
		{databases, "postgresql.cnpg.io", v1, "clusters", "Cluster", read(takeDatabase)},
		{gitops, "argoproj.io", []string{"v1alpha1"}, "applications", "Application", read(takeApplication)},
		{gitops, "source.toolkit.fluxcd.io", []string{"v1", "v1beta2"}, "gitrepositories", "GitRepository", read(takeGitRepository)},
		{gitops, "kustomize.toolkit.fluxcd.io", []string{"v1", "v1beta2"}, "kustomizations", "Kustomization", read(takeKustomization)},
		{gitops, "helm.toolkit.fluxcd.io", []string{"v2", "v2beta2", "v2beta1"}, "helmreleases", "HelmRelease", read(takeHelmRelease)},
		{secretStores, "external-secrets.io", young, "secretstores", "SecretStore", read(takeSecretStore)},
		{secretStores, "external-secrets.io", young, "clustersecretstores", "ClusterSecretStore", read(takeSecretStore)},
		{secretStores, "external-secrets.io", young, "externalsecrets", "ExternalSecret", read(takeExternalSecret)},
		{monitoring, "monitoring.coreos.com", v1, "servicemonitors", "ServiceMonitor", read(takeMonitor)},
		{monitoring, "monitoring.coreos.com", v1, "podmonitors", "PodMonitor", read(takeMonitor)},
		{monitoring, "monitoring.coreos.com", v1, "prometheusrules", "PrometheusRule", read(takeRules)},
	}
}

// facts are what was read, by section, before it is a section.
type facts struct {
	nodes           []estate.Node
	namespaces      []estate.Namespace
	networkPolicies []estate.NetworkPolicy
	admission       []estate.AdmissionPolicy
	bound           map[string]bool // names of ValidatingAdmissionPolicies that a binding puts to use
	roles           []estate.RBACRole
	bindings        []estate.RoleBinding
	accounts        []estate.ServiceAccount
	quotas          []estate.Quota
	workloads       []estate.ClusterWorkload
	bare            []estate.ClusterWorkload // pods that nothing keeps
	running         map[string][]string      // digests that nodes report, by image
	verified        map[string]string        // by image
	disruptions     []estate.DisruptionBudget
	services        []estate.ClusterService
	ingresses       []estate.Ingress
	certificates    []estate.ClusterCertificate
	issuers         []estate.CertificateIssuer
	storageClasses  []estate.StorageClass
	volumes         []estate.VolumeClaim
	schedules       []estate.BackupSchedule
	backups         []estate.ClusterBackup
	locations       []estate.BackupLocation
	databases       []estate.ClusterDatabase
	gitops          []estate.GitOps
	secretStores    []estate.SecretStore
	monitoring      []estate.Monitor
}

func newFacts() *facts {
	return &facts{bound: map[string]bool{}, running: map[string][]string{}, verified: map[string]string{}}
}

// read makes a taker of objects of one shape. The objects of a list do not say of which kind they are.
func read[T any](take func(f *facts, o T)) func(f *facts, kind string, item []byte) error {
	return func(f *facts, kind string, item []byte) error {
		var o T
		if err := json.Unmarshal(item, &o); err != nil {
			return misshapen(err)
		}
		if h, ok := any(&o).(interface{ call(kind string) }); ok {
			h.call(kind)
		}
		take(f, o)
		return nil
	}
}

// shapeError is an object that is not as its kind has to be. It names the field, and quotes no value.
type shapeError struct {
	words  string
	offset int64 // in the object; -1 where it is not known
}

func (e *shapeError) Error() string { return e.words }

func misshapen(err error) error {
	var mismatch *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &mismatch):
		field := clean(mismatch.Field)
		if field == "" {
			field = "it"
		}
		return &shapeError{fmt.Sprintf("%s should be %s", field, shape(mismatch.Type.Kind().String())), mismatch.Offset}
	case errors.As(err, &syntax):
		return &shapeError{"this is not JSON", syntax.Offset}
	}
	return &shapeError{"a value of it cannot be read", -1}
}

// shape is a kind of JSON value in words.
func shape(kind string) string {
	switch {
	case kind == "struct", kind == "map":
		return "an object"
	case kind == "slice":
		return "a list"
	case kind == "bool":
		return "true or false"
	case strings.Contains(kind, "int"), strings.Contains(kind, "float"):
		return "a number"
	}
	return "a text"
}
