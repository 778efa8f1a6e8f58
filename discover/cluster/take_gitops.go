package cluster

import (
	"net/url"
	"strings"

	"nightferry/internal/estate"
)

// source is a repository's address without a login, and without what stands behind a question mark.
func source(address text) string {
	u, err := url.Parse(string(address))
	if err != nil || u.Host == "" {
		if at := strings.LastIndexByte(string(address), '@'); at >= 0 { // git@host:path
			address = address[at+1:]
		}
		return string(address)
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

type applicationSource struct {
	Repository text `json:"repoURL"`
	Path       text `json:"path"`
	Chart      text `json:"chart"`
	Revision   text `json:"targetRevision"`
}

type applicationObject struct {
	head
	Spec struct {
		Source      applicationSource   `json:"source"`
		Sources     []applicationSource `json:"sources"`
		Destination struct {
			Namespace text `json:"namespace"`
		} `json:"destination"`
		Sync struct {
			Automated *struct {
				Prune    bool  `json:"prune"`
				SelfHeal bool  `json:"selfHeal"`
				Enabled  *bool `json:"enabled"`
			} `json:"automated"`
		} `json:"syncPolicy"`
	} `json:"spec"`
	Status struct {
		Sync struct {
			Status text `json:"status"`
		} `json:"sync"`
		Health struct {
			Status text `json:"status"`
		} `json:"health"`
	} `json:"status"`
}

func takeApplication(f *facts, o applicationObject) {
	from := o.Spec.Source
	if from.Repository == "" && len(o.Spec.Sources) > 0 {
		from = o.Spec.Sources[0]
	}
	g := gitOps(o.head, "argocd")
	g.Source, g.Path, g.Revision, g.Target = source(from.Repository), string(from.Path+from.Chart), string(from.Revision), string(o.Spec.Destination.Namespace)
	if a := o.Spec.Sync.Automated; a != nil && (a.Enabled == nil || *a.Enabled) {
		g.Automatic, g.Prunes, g.Heals = true, a.Prune, a.SelfHeal
	}
	g.State = strings.Trim(string(o.Status.Sync.Status+", "+o.Status.Health.Status), ", ")
	f.gitops = append(f.gitops, g)
}

func gitOps(h head, controller string) estate.GitOps {
	g := estate.GitOps{Kind: clean(h.Kind), Controller: controller}
	g.Namespace, g.Name = h.place()
	return g
}

// readiness is what Flux's kinds and others say in the condition Ready; empty where they say nothing.
func (c conditions) readiness() string {
	for _, one := range c.Conditions {
		if one.Type == "Ready" {
			if one.Status == "True" {
				return "ready"
			}
			return "not ready"
		}
	}
	return ""
}

type gitRepositoryObject struct {
	head
	Spec struct {
		URL       text                                       `json:"url"`
		Reference struct{ Branch, Tag, Semver, Commit text } `json:"ref"`
		Verify    *struct{}                                  `json:"verify"`
		Suspend   bool                                       `json:"suspend"`
	} `json:"spec"`
	Status conditions `json:"status"`
}

func takeGitRepository(f *facts, o gitRepositoryObject) {
	g := gitOps(o.head, "flux")
	g.Source, g.Verified, g.Suspended, g.Automatic, g.State = source(o.Spec.URL), o.Spec.Verify != nil, o.Spec.Suspend, !o.Spec.Suspend, o.Status.readiness()
	for _, reference := range []text{o.Spec.Reference.Commit, o.Spec.Reference.Semver, o.Spec.Reference.Tag, o.Spec.Reference.Branch} {
		if g.Revision == "" {
			g.Revision = string(reference)
		}
	}
	f.gitops = append(f.gitops, g)
}

type kustomizationObject struct {
	head
	Spec struct {
		Path    text  `json:"path"`
		Prune   bool  `json:"prune"`
		Source  named `json:"sourceRef"`
		Target  text  `json:"targetNamespace"`
		Suspend bool  `json:"suspend"`
	} `json:"spec"`
	Status conditions `json:"status"`
}

func takeKustomization(f *facts, o kustomizationObject) {
	g := gitOps(o.head, "flux")
	g.Source, g.Path, g.Prunes, g.Target, g.State = string(o.Spec.Source.Name), string(o.Spec.Path), o.Spec.Prune, string(o.Spec.Target), o.Status.readiness()
	g.Suspended, g.Automatic, g.Heals = o.Spec.Suspend, !o.Spec.Suspend, !o.Spec.Suspend
	f.gitops = append(f.gitops, g)
}

type helmReleaseObject struct {
	head
	Spec struct {
		Chart struct {
			Spec struct {
				Chart   text  `json:"chart"`
				Version text  `json:"version"`
				Source  named `json:"sourceRef"`
			} `json:"spec"`
		} `json:"chart"`
		Target  text `json:"targetNamespace"`
		Suspend bool `json:"suspend"`
	} `json:"spec"`
	Status conditions `json:"status"`
}

func takeHelmRelease(f *facts, o helmReleaseObject) {
	g := gitOps(o.head, "flux")
	chart := o.Spec.Chart.Spec
	g.Source, g.Path, g.Revision, g.Target, g.State = string(chart.Source.Name), string(chart.Chart), string(chart.Version), string(o.Spec.Target), o.Status.readiness()
	g.Suspended, g.Automatic = o.Spec.Suspend, !o.Spec.Suspend
	f.gitops = append(f.gitops, g)
}

type secretStoreObject struct {
	head
	Spec struct {
		Provider map[string]any `json:"provider"`
	} `json:"spec"`
	Status conditions `json:"status"`
}

func takeSecretStore(f *facts, o secretStoreObject) {
	s := estate.SecretStore{Kind: clean(o.Kind), Provider: strings.Join(keysOf(o.Spec.Provider), ", "), Ready: ready(o.Status.Conditions)}
	s.Namespace, s.Name = o.place()
	f.secretStores = append(f.secretStores, s)
}

type externalSecretObject struct {
	head
	Spec struct {
		Store named `json:"secretStoreRef"`
	} `json:"spec"`
	Status conditions `json:"status"`
}

func takeExternalSecret(f *facts, o externalSecretObject) {
	s := estate.SecretStore{Kind: clean(o.Kind), Store: string(o.Spec.Store.Name), Ready: ready(o.Status.Conditions)}
	s.Namespace, s.Name = o.place()
	f.secretStores = append(f.secretStores, s)
}

func monitor(h head) estate.Monitor {
	m := estate.Monitor{Kind: clean(h.Kind)}
	m.Namespace, m.Name = h.place()
	return m
}

func takeMonitor(f *facts, o head) { f.monitoring = append(f.monitoring, monitor(o)) }

type rulesObject struct {
	head
	Spec struct {
		Groups []struct {
			Rules []struct {
				Alert text `json:"alert"`
			} `json:"rules"`
		} `json:"groups"`
	} `json:"spec"`
}

func takeRules(f *facts, o rulesObject) {
	m := monitor(o.head)
	for _, group := range few(o.Spec.Groups) {
		for _, rule := range group.Rules {
			if rule.Alert != "" {
				m.Rules++
			}
		}
	}
	f.monitoring = append(f.monitoring, m)
}
