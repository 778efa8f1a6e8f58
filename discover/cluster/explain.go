package cluster

import (
	"fmt"
	"strings"
)

// Explain lists every request that a reading makes, for the owners of the cluster to agree to beforehand.
func Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, `Kubernetes, over its API, with GET alone; lists in pages of %d. A credential plugin that the kubeconfig names is run
on this computer only where engagement.yaml says allow_exec. Where files are named, no API is asked.
  GET /version
  GET /apis                                    which kinds there are; those that are not installed are not asked for
`, pageItems)
	for _, k := range kinds() {
		fmt.Fprintf(&b, "  GET %s\n", k.path(k.versions[0]))
	}
	b.WriteString(`Never asked for: secrets, configmaps, events, logs. Never kept: values of environment variables, commands, arguments,
annotations (but for who manages an object, its default class, and Kyverno's verdict on its images).
`)
	return b.String()
}

// Grants is a ClusterRole that lets an account read all of it and nothing else, and its binding.
func Grants(user string) string {
	var b strings.Builder
	b.WriteString(`# Reads everything that discovery asks for: no secret, no ConfigMap, no log, and nothing can be changed.
# Leave out what the cluster does not have. Apply with: kubectl apply -f FILE
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: nightferry-read}
rules:
`)
	for _, rule := range rules(kinds()) {
		b.WriteString("  - " + rule + "\n")
	}
	fmt.Fprintf(&b, `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: nightferry-read}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: nightferry-read}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: %q}]
`, user)
	return b.String()
}
