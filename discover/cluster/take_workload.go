package cluster

import (
	"slices"

	"nightferry/internal/estate"
)

type securityContext struct {
	Privileged   *bool `json:"privileged"`
	Escalation   *bool `json:"allowPrivilegeEscalation"`
	NonRoot      *bool `json:"runAsNonRoot"`
	User         *int  `json:"runAsUser"`
	ReadOnly     *bool `json:"readOnlyRootFilesystem"`
	Capabilities struct {
		Add  []text `json:"add"`
		Drop []text `json:"drop"`
	} `json:"capabilities"`
	Seccomp struct {
		Type text `json:"type"`
	} `json:"seccompProfile"`
}

type named struct {
	Name text `json:"name"`
}

type containerObject struct {
	Name      text            `json:"name"`
	Image     text            `json:"image"`
	Pull      text            `json:"imagePullPolicy"`
	Security  securityContext `json:"securityContext"`
	Resources struct {
		Requests map[string]quantity `json:"requests"`
		Limits   map[string]quantity `json:"limits"`
	} `json:"resources"`
	Ports []struct {
		Port int `json:"containerPort"`
		Host int `json:"hostPort"`
	} `json:"ports"`
	Liveness  *struct{} `json:"livenessProbe"`
	Readiness *struct{} `json:"readinessProbe"`
	Startup   *struct{} `json:"startupProbe"`
	Env       []struct {
		Name text `json:"name"`
		From struct {
			Secret *struct{} `json:"secretKeyRef"`
			Config *struct{} `json:"configMapKeyRef"`
			Field  *struct{} `json:"fieldRef"`
			Amount *struct{} `json:"resourceFieldRef"`
		} `json:"valueFrom"`
	} `json:"env"`
	EnvFrom []struct {
		Secret *named `json:"secretRef"`
		Config *named `json:"configMapRef"`
	} `json:"envFrom"`
}

type podSpec struct {
	Account     text              `json:"serviceAccountName"`
	Automount   *bool             `json:"automountServiceAccountToken"`
	HostNetwork bool              `json:"hostNetwork"`
	HostPID     bool              `json:"hostPID"`
	HostIPC     bool              `json:"hostIPC"`
	Security    securityContext   `json:"securityContext"`
	Init        []containerObject `json:"initContainers"`
	Containers  []containerObject `json:"containers"`
	Volumes     []struct {
		HostPath *struct {
			Path text `json:"path"`
		} `json:"hostPath"`
		Secret *struct {
			Name text `json:"secretName"`
		} `json:"secret"`
		Claim *struct {
			Name text `json:"claimName"`
		} `json:"persistentVolumeClaim"`
	} `json:"volumes"`
}

type workloadObject struct {
	head
	Spec struct {
		Replicas    *int `json:"replicas"`
		Completions *int `json:"completions"`
		Suspend     bool `json:"suspend"`
		Template    struct {
			Metadata meta    `json:"metadata"`
			Spec     podSpec `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
	Status struct {
		Ready   int `json:"readyReplicas"`
		Wanted  int `json:"desiredNumberScheduled"`
		OnNodes int `json:"numberReady"`
		Done    int `json:"succeeded"`
	} `json:"status"`
}

func takeWorkload(f *facts, o workloadObject) {
	if o.Kind == "Job" && len(o.Metadata.Owners) > 0 {
		return // its CronJob tells
	}
	w := workload(o.head, o.Spec.Template.Spec)
	w.Suspended = o.Spec.Suspend
	switch o.Kind {
	case "DaemonSet":
		w.Wanted, w.Ready = o.Status.Wanted, o.Status.OnNodes
	case "Job":
		w.Wanted, w.Ready = 1, o.Status.Done
		if o.Spec.Completions != nil {
			w.Wanted = *o.Spec.Completions
		}
	default:
		w.Wanted, w.Ready = 1, o.Status.Ready
		if o.Spec.Replicas != nil {
			w.Wanted = *o.Spec.Replicas
		}
	}
	f.workloads = append(f.workloads, w)
	f.note(o.Metadata, o.Spec.Template.Metadata)
}

type cronJobObject struct {
	head
	Spec struct {
		Schedule text `json:"schedule"`
		Suspend  bool `json:"suspend"`
		Job      struct {
			Spec struct {
				Template struct {
					Metadata meta    `json:"metadata"`
					Spec     podSpec `json:"spec"`
				} `json:"template"`
			} `json:"spec"`
		} `json:"jobTemplate"`
	} `json:"spec"`
}

func takeCronJob(f *facts, o cronJobObject) {
	w := workload(o.head, o.Spec.Job.Spec.Template.Spec)
	w.When, w.Suspended = string(o.Spec.Schedule), o.Spec.Suspend
	f.workloads = append(f.workloads, w)
	f.note(o.Metadata, o.Spec.Job.Spec.Template.Metadata)
}

type podObject struct {
	head
	Spec   podSpec `json:"spec"`
	Status struct {
		Phase      text        `json:"phase"`
		Conditions []condition `json:"conditions"`
		Containers []podStatus `json:"containerStatuses"`
		Init       []podStatus `json:"initContainerStatuses"`
	} `json:"status"`
}

type podStatus struct {
	Name text `json:"name"`
	ID   text `json:"imageID"`
}

// takePod keeps which digests run under which image, and pods that nothing keeps.
func takePod(f *facts, o podObject) {
	images := map[text]string{}
	for _, c := range slices.Concat(few(o.Spec.Init), few(o.Spec.Containers)) {
		images[c.Name] = string(c.Image)
	}
	for _, s := range slices.Concat(few(o.Status.Init), few(o.Status.Containers)) {
		digest := digestOf(string(s.ID))
		image := images[s.Name]
		if digest != "" && image != "" && !slices.Contains(f.running[image], digest) && len(f.running[image]) < mostEntries {
			f.running[image] = append(f.running[image], digest)
		}
	}
	f.note(o.Metadata)
	if len(o.Metadata.Owners) == 0 {
		w := workload(o.head, o.Spec)
		w.Kind, w.Wanted = "Pod", 1
		if ready(o.Status.Conditions) {
			w.Ready = 1
		}
		f.bare = append(f.bare, w)
	}
}

// workload reads what all that runs pods has.
func workload(h head, spec podSpec) estate.ClusterWorkload {
	w := estate.ClusterWorkload{Kind: clean(h.Kind), ServiceAccount: string(spec.Account), NoAutomount: spec.Automount != nil && !*spec.Automount,
		HostNetwork: spec.HostNetwork, HostPID: spec.HostPID, HostIPC: spec.HostIPC, Containers: []estate.PodContainer{}, Managers: managers(h.Metadata)}
	w.Namespace, w.Name = h.place()
	if w.ServiceAccount == "" {
		w.ServiceAccount = "default"
	}
	for _, v := range few(spec.Volumes) {
		switch {
		case v.HostPath != nil:
			w.HostPaths = append(w.HostPaths, string(v.HostPath.Path))
		case v.Secret != nil:
			w.Secrets = append(w.Secrets, string(v.Secret.Name))
		case v.Claim != nil:
			w.Claims = append(w.Claims, string(v.Claim.Name))
		}
	}
	for _, c := range few(spec.Init) {
		m := container(c, spec.Security)
		m.Init = true
		w.Containers = append(w.Containers, m)
	}
	for _, c := range few(spec.Containers) {
		w.Containers = append(w.Containers, container(c, spec.Security))
	}
	return w
}

// managers tells by its labels and annotations who put an object there.
func managers(m meta) []string {
	var found []string
	for _, sign := range []struct{ key, manager string }{
		{"argocd.argoproj.io/tracking-id", "argocd"}, {"argocd.argoproj.io/instance", "argocd"}, {"kustomize.toolkit.fluxcd.io/name", "flux"}, {"helm.toolkit.fluxcd.io/name", "flux"},
	} {
		if m.Labels[sign.key]+m.Annotations[sign.key] != "" && !slices.Contains(found, sign.manager) {
			found = append(found, sign.manager)
		}
	}
	if m.Labels["app.kubernetes.io/managed-by"] == "Helm" {
		found = append(found, "helm")
	}
	return found
}

// container reads one container. What it does not state itself its pod may.
func container(c containerObject, pod securityContext) estate.PodContainer {
	s := c.Security
	m := estate.PodContainer{Name: string(c.Name), Image: string(c.Image),
		Privileged: is(s.Privileged), Escalation: s.Escalation == nil || *s.Escalation, WritableRoot: !is(s.ReadOnly),
		Added: words(s.Capabilities.Add), DropsAll: slices.Contains(s.Capabilities.Drop, "ALL") || slices.Contains(s.Capabilities.Drop, "all"),
		Seccomp:  string(s.Seccomp.Type),
		Requests: amounts(c.Resources.Requests), Limits: amounts(c.Resources.Limits),
		Liveness: c.Liveness != nil, Readiness: c.Readiness != nil, Startup: c.Startup != nil, PullAlways: c.Pull == "Always"}
	if m.Seccomp == "" {
		m.Seccomp = string(pod.Seccomp.Type)
	}
	nonRoot, user := s.NonRoot, s.User
	if nonRoot == nil {
		nonRoot = pod.NonRoot
	}
	if user == nil {
		user = pod.User
	}
	m.Root = user != nil && *user == 0 || user == nil && !is(nonRoot)
	for _, p := range few(c.Ports) {
		if p.Port != 0 {
			m.Ports = append(m.Ports, p.Port)
		}
		if p.Host != 0 {
			m.HostPorts = append(m.HostPorts, p.Host)
		}
	}
	environment(&m, c)
	return m
}

// environment keeps the names of variables and where their values come from. The values are never looked at.
func environment(m *estate.PodContainer, c containerObject) {
	for _, e := range few(c.Env) {
		v := estate.EnvVar{Name: string(e.Name), From: "value"}
		switch {
		case e.From.Secret != nil:
			v.From = "secret"
		case e.From.Config != nil:
			v.From = "configmap"
		case e.From.Field != nil, e.From.Amount != nil:
			v.From = "field"
		}
		m.Environment = append(m.Environment, v)
	}
	for _, e := range few(c.EnvFrom) {
		switch {
		case e.Secret != nil:
			m.SecretSets = append(m.SecretSets, string(e.Secret.Name))
		case e.Config != nil:
			m.ConfigSets = append(m.ConfigSets, string(e.Config.Name))
		}
	}
}

func is(b *bool) bool { return b != nil && *b }

func amounts(m map[string]quantity) []string {
	var list []string
	for _, key := range keysOf(m) {
		list = append(list, key+" "+string(m[key]))
	}
	return list
}
