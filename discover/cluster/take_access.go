package cluster

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

type accessRule struct {
	Groups    []string `json:"apiGroups"`
	Resources []string `json:"resources"`
	Verbs     []string `json:"verbs"`
	URLs      []string `json:"nonResourceURLs"`
}

type roleObject struct {
	head
	Rules []accessRule `json:"rules"`
}

// builtIn tells what Kubernetes brings and keeps as it is.
func (h *head) builtIn() bool {
	return h.Metadata.Labels["kubernetes.io/bootstrapping"] == "rbac-defaults"
}

func takeRole(f *facts, o roleObject) {
	r := estate.RBACRole{BuiltIn: o.builtIn(), Rules: len(o.Rules)}
	r.Namespace, r.Name = o.place()
	for _, rule := range few(o.Rules) {
		r.Powers = append(r.Powers, rule.powers()...)
	}
	slices.Sort(r.Powers)
	r.Powers = few(slices.Compact(r.Powers))
	f.roles = append(f.roles, r)
}

// powers are what a rule lets do that few should be able to.
func (r accessRule) powers() []string {
	all := func(list []string) bool { return slices.Contains(list, "*") }
	has := func(list []string, words ...string) bool {
		return all(list) || slices.ContainsFunc(list, func(s string) bool { return slices.Contains(words, s) })
	}
	on := func(group, resource string, verbs ...string) bool {
		return has(r.Groups, group) && has(r.Resources, resource) && has(r.Verbs, verbs...)
	}
	changes := []string{"create", "update", "patch"}
	if all(r.Groups) && all(r.Resources) && all(r.Verbs) {
		return []string{"everything"}
	}
	var powers []string
	if all(r.Resources) {
		powers = append(powers, "all resources of "+groupWords(r.Groups)+": "+strings.Join(words(r.Verbs), ", "))
	} else if all(r.Verbs) && len(r.Resources) > 0 {
		powers = append(powers, "all verbs on "+strings.Join(words(r.Resources), ", "))
	}
	for _, known := range []struct {
		power string
		holds bool
	}{
		{"read secrets", on("", "secrets", "get", "list", "watch")},
		{"change workloads", on("apps", "deployments", changes...) || on("apps", "daemonsets", changes...) || on("apps", "statefulsets", changes...) ||
			on("", "pods", changes...) || on("batch", "jobs", changes...) || on("batch", "cronjobs", changes...)},
		{"run in pods", on("", "pods/exec", "create", "get") || on("", "pods/attach", "create", "get")},
		{"change roles", on("rbac.authorization.k8s.io", "roles", append(changes, "escalate", "bind")...) || on("rbac.authorization.k8s.io", "clusterroles", append(changes, "escalate", "bind")...) ||
			on("rbac.authorization.k8s.io", "rolebindings", changes...) || on("rbac.authorization.k8s.io", "clusterrolebindings", changes...)},
		{"impersonate", on("", "users", "impersonate") || on("", "groups", "impersonate") || on("", "serviceaccounts", "impersonate")},
		{"issue tokens", on("", "serviceaccounts/token", "create")},
		{"reach kubelets", on("", "nodes/proxy", "get", "create")},
	} {
		if known.holds {
			powers = append(powers, known.power)
		}
	}
	return powers
}

func groupWords(groups []string) string {
	if slices.Contains(groups, "*") {
		return "all groups"
	}
	named := words(groups)
	for i := range named {
		if named[i] == "" {
			named[i] = "core"
		}
	}
	return strings.Join(named, ", ")
}

type bindingObject struct {
	head
	Role struct {
		Kind text `json:"kind"`
		Name text `json:"name"`
	} `json:"roleRef"`
	Subjects []struct {
		Kind      text `json:"kind"`
		Name      text `json:"name"`
		Namespace text `json:"namespace"`
	} `json:"subjects"`
}

func takeBinding(f *facts, o bindingObject) {
	b := estate.RoleBinding{RoleKind: string(o.Role.Kind), Role: string(o.Role.Name), BuiltIn: o.builtIn(), Subjects: []string{}}
	b.Namespace, b.Name = o.place()
	for _, s := range few(o.Subjects) {
		subject := string(s.Kind) + " " + string(s.Name)
		if s.Kind == "ServiceAccount" {
			subject = "ServiceAccount " + string(s.Namespace) + "/" + string(s.Name)
		}
		b.Subjects = append(b.Subjects, subject)
	}
	f.bindings = append(f.bindings, b)
}

type accountObject struct {
	head
	Automount *bool `json:"automountServiceAccountToken"`
}

func takeAccount(f *facts, o accountObject) {
	a := estate.ServiceAccount{NoAutomount: o.Automount != nil && !*o.Automount}
	a.Namespace, a.Name = o.place()
	f.accounts = append(f.accounts, a)
}

// policy begins an admission policy.
func policy(h head, kind string) estate.AdmissionPolicy {
	p := estate.AdmissionPolicy{Kind: kind}
	p.Namespace, p.Name = h.place()
	return p
}

type admissionPolicyObject struct {
	head
	Spec struct {
		Validations []struct{} `json:"validations"`
		Failure     text       `json:"failurePolicy"`
	} `json:"spec"`
}

func takeAdmissionPolicy(f *facts, o admissionPolicyObject) {
	p := policy(o.head, "ValidatingAdmissionPolicy")
	p.Rules = len(o.Spec.Validations)
	f.admission = append(f.admission, p)
}

type admissionBindingObject struct {
	head
	Spec struct {
		Policy  text   `json:"policyName"`
		Actions []text `json:"validationActions"`
	} `json:"spec"`
}

func takeAdmissionBinding(f *facts, o admissionBindingObject) {
	p := policy(o.head, "ValidatingAdmissionPolicyBinding")
	p.Action = strings.Join(words(o.Spec.Actions), ", ")
	f.bound[string(o.Spec.Policy)] = true
	f.admission = append(f.admission, p)
}

type webhooksObject struct {
	head
	Webhooks []struct {
		Failure text `json:"failurePolicy"`
	} `json:"webhooks"`
}

func takeWebhooks(f *facts, o webhooksObject) {
	p := policy(o.head, clean(o.Kind))
	p.Rules = len(o.Webhooks)
	var actions []string
	for _, hook := range few(o.Webhooks) {
		actions = append(actions, string(hook.Failure))
	}
	slices.Sort(actions)
	p.Action = strings.Join(slices.Compact(actions), ", ")
	f.admission = append(f.admission, p)
}

type kyvernoObject struct {
	head
	Spec struct {
		Action text `json:"validationFailureAction"`
		Rules  []struct {
			Images   []struct{} `json:"verifyImages"`
			Validate struct {
				Action text `json:"failureAction"`
			} `json:"validate"`
		} `json:"rules"`
	} `json:"spec"`
}

func takeKyverno(f *facts, o kyvernoObject) {
	p := policy(o.head, clean(o.Kind))
	p.Rules, p.Action = len(o.Spec.Rules), string(o.Spec.Action)
	for _, rule := range few(o.Spec.Rules) {
		p.Images = p.Images || len(rule.Images) > 0
		if p.Action == "" {
			p.Action = string(rule.Validate.Action)
		}
	}
	f.admission = append(f.admission, p)
}

func takePlainPolicy(f *facts, o head) {
	p := policy(o, clean(o.Kind))
	p.Images = p.Kind == "ClusterImagePolicy"
	f.admission = append(f.admission, p)
}
