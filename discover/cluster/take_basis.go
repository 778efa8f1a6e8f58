package cluster

import (
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

type namespaceObject struct {
	head
	Status struct {
		Phase text `json:"phase"`
	} `json:"status"`
}

func takeNamespace(f *facts, o namespaceObject) {
	_, name := o.place()
	level := func(mode string) string { return clean(o.Metadata.Labels["pod-security.kubernetes.io/"+mode]) }
	f.namespaces = append(f.namespaces, estate.Namespace{Name: name, Phase: string(o.Status.Phase),
		Enforce: level("enforce"), EnforceVersion: level("enforce-version"), Audit: level("audit"), Warn: level("warn")})
}

type nodeObject struct {
	head
	Spec struct {
		Unschedulable bool `json:"unschedulable"`
	} `json:"spec"`
	Status struct {
		Allocatable map[string]quantity `json:"allocatable"`
		Conditions  []condition         `json:"conditions"`
		Info        struct {
			Kubelet      text `json:"kubeletVersion"`
			OS           text `json:"osImage"`
			Kernel       text `json:"kernelVersion"`
			Architecture text `json:"architecture"`
			Runtime      text `json:"containerRuntimeVersion"`
		} `json:"nodeInfo"`
	} `json:"status"`
}

func takeNode(f *facts, o nodeObject) {
	_, name := o.place()
	info := o.Status.Info
	node := estate.Node{Name: name, Version: string(info.Kubelet), OS: string(info.OS), Kernel: string(info.Kernel),
		Architecture: string(info.Architecture), Runtime: string(info.Runtime), Zone: clean(o.Metadata.Labels["topology.kubernetes.io/zone"]),
		CPUMillis: o.Status.Allocatable["cpu"].thousandths(), MemoryBytes: o.Status.Allocatable["memory"].bytes(),
		Ready: ready(o.Status.Conditions), Closed: o.Spec.Unschedulable}
	for _, label := range keysOf(o.Metadata.Labels) {
		if role, ok := strings.CutPrefix(label, "node-role.kubernetes.io/"); ok {
			node.Roles = append(node.Roles, role)
		}
	}
	f.nodes = append(f.nodes, node)
}

type networkRule struct {
	Ports []any         `json:"ports"`
	From  []networkPeer `json:"from"`
	To    []networkPeer `json:"to"`
}

type networkPeer struct {
	Pods       *struct{} `json:"podSelector"`
	Namespaces *struct{} `json:"namespaceSelector"`
	Block      *struct {
		CIDR   text   `json:"cidr"`
		Except []text `json:"except"`
	} `json:"ipBlock"`
}

type networkPolicyObject struct {
	head
	Spec struct {
		Selector selector      `json:"podSelector"`
		Types    []string      `json:"policyTypes"`
		Ingress  []networkRule `json:"ingress"`
		Egress   []networkRule `json:"egress"`
	} `json:"spec"`
}

type selector struct {
	Labels      map[string]string `json:"matchLabels"`
	Expressions []any             `json:"matchExpressions"`
}

func (s selector) all() bool { return len(s.Labels) == 0 && len(s.Expressions) == 0 }

func takeNetworkPolicy(f *facts, o networkPolicyObject) {
	p := estate.NetworkPolicy{AllPods: o.Spec.Selector.all(), IngressRules: len(o.Spec.Ingress), EgressRules: len(o.Spec.Egress)}
	p.Namespace, p.Name = o.place()
	// Where no type is stated: ingress always, egress where it has rules.
	p.Ingress = len(o.Spec.Types) == 0 || slices.Contains(o.Spec.Types, "Ingress")
	p.Egress = len(o.Spec.Types) == 0 && len(o.Spec.Egress) > 0 || slices.Contains(o.Spec.Types, "Egress")
	open := func(rule networkRule, peers []networkPeer) bool {
		everywhere := slices.ContainsFunc(peers, func(peer networkPeer) bool {
			return peer.Block != nil && (peer.Block.CIDR == "0.0.0.0/0" || peer.Block.CIDR == "::/0") && len(peer.Block.Except) == 0
		})
		return len(rule.Ports) == 0 && (len(peers) == 0 || everywhere)
	}
	for _, rule := range few(o.Spec.Ingress) {
		p.OpenIngress = p.OpenIngress || open(rule, rule.From)
		p.Outside = append(p.Outside, blocks(rule.From)...)
	}
	for _, rule := range few(o.Spec.Egress) {
		p.OpenEgress = p.OpenEgress || open(rule, rule.To)
		p.Outside = append(p.Outside, blocks(rule.To)...)
	}
	slices.Sort(p.Outside)
	p.Outside = few(slices.Compact(p.Outside))
	f.networkPolicies = append(f.networkPolicies, p)
}

func blocks(peers []networkPeer) []string {
	var ranges []string
	for _, peer := range few(peers) {
		if peer.Block != nil {
			ranges = append(ranges, string(peer.Block.CIDR))
		}
	}
	return ranges
}

type quotaObject struct {
	head
	Spec struct {
		Hard map[string]quantity `json:"hard"`
	} `json:"spec"`
}

func takeQuota(f *facts, o quotaObject) {
	q := estate.Quota{Kind: "ResourceQuota"}
	q.Namespace, q.Name = o.place()
	for _, key := range keysOf(o.Spec.Hard) {
		q.Limits = append(q.Limits, estate.Option{Name: key, Value: string(o.Spec.Hard[key])})
	}
	f.quotas = append(f.quotas, q)
}

type limitRangeObject struct {
	head
	Spec struct {
		Limits []struct {
			Type           text                `json:"type"`
			Default        map[string]quantity `json:"default"`
			DefaultRequest map[string]quantity `json:"defaultRequest"`
			Max            map[string]quantity `json:"max"`
		} `json:"limits"`
	} `json:"spec"`
}

func takeLimitRange(f *facts, o limitRangeObject) {
	q := estate.Quota{Kind: "LimitRange"}
	q.Namespace, q.Name = o.place()
	for _, limit := range few(o.Spec.Limits) {
		for _, part := range []struct {
			name   string
			values map[string]quantity
		}{{"default", limit.Default}, {"default request", limit.DefaultRequest}, {"max", limit.Max}} {
			for _, key := range keysOf(part.values) {
				q.Limits = append(q.Limits, estate.Option{Name: fmt.Sprintf("%s %s %s", limit.Type, part.name, key), Value: string(part.values[key])})
			}
		}
	}
	f.quotas = append(f.quotas, q)
}

type disruptionObject struct {
	head
	Spec struct {
		Min text `json:"minAvailable"`
		Max text `json:"maxUnavailable"`
	} `json:"spec"`
	Status struct {
		Allowed int `json:"disruptionsAllowed"`
	} `json:"status"`
}

func takeDisruption(f *facts, o disruptionObject) {
	d := estate.DisruptionBudget{Allowed: o.Status.Allowed}
	d.Namespace, d.Name = o.place()
	switch {
	case o.Spec.Min != "":
		d.Keeps = "at least " + string(o.Spec.Min)
	case o.Spec.Max != "":
		d.Keeps = "all but " + string(o.Spec.Max)
	}
	f.disruptions = append(f.disruptions, d)
}
