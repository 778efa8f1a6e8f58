package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// TestProducts: each kind of sign, on machines as they are met.
func TestProducts(t *testing.T) {
	t.Parallel()
	process := func(names ...string) (found []estate.Process) {
		for _, name := range names {
			found = append(found, estate.Process{Program: name, Count: 1})
		}
		return found
	}
	pkg := func(names ...string) (found []estate.Package) {
		for _, name := range names {
			found = append(found, estate.Package{Name: name, Version: "1"})
		}
		return found
	}
	unit := func(names ...string) (found []estate.Unit) {
		for _, name := range names {
			found = append(found, estate.Unit{Name: name + ".service", Kind: "service", Active: "active"})
		}
		return found
	}
	tests := map[string]struct {
		processes []estate.Process
		packages  []estate.Package
		units     []estate.Unit
		listeners []estate.Listener
		want      []string // "+" where it runs
	}{
		"mirth by its jar":           {processes: process("mirth-server-launcher.jar"), want: []string{"mirth+"}},
		"mirth by its port and java": {listeners: []estate.Listener{{Protocol: "tcp", Port: 8661, Process: "java"}}, want: []string{"mirth+"}},
		"a FHIR server by its unit":  {processes: []estate.Process{{Program: "java", Unit: "hapi-fhir.service"}}, units: unit("hapi-fhir"), want: []string{"fhir-server+"}},
		"a puller is no FHIR server": {units: unit("fhir-pull"), want: []string{}},
		"dcm4chee on wildfly":        {processes: []estate.Process{{Program: "jboss-modules.jar", Unit: "dcm4chee-arc.service"}}, want: []string{"dicom+", "wildfly+"}},
		"tomcat 9 and its library":   {packages: pkg("tomcat9", "tomcat9-common", "libtomcat9-java"), want: []string{"tomcat"}},
		"an rke2 node":               {processes: process("rke2", "kubelet", "containerd", "source-controller"), want: []string{"containerd+", "gitops+", "kubernetes+"}},
		"a podman container":         {processes: process("conmon"), want: []string{"podman+"}},
		"agents":                     {packages: pkg("datadog-agent", "wazuh-agent", "td-agent", "puppet-agent"), want: []string{"configuration-management", "log-shipping", "monitoring", "security-agent"}},
		"clients of directories":     {packages: pkg("sssd", "winbind", "nslcd", "libkrb5-3", "libsss-sudo"), want: []string{"ldap-client", "sssd", "winbind"}},
		"vault and minio":            {units: unit("vault", "minio", "consul"), want: []string{"consul", "object-storage", "secrets-manager"}},
		"a port is a weak sign":      {listeners: []estate.Listener{{Protocol: "tcp", Port: 88}, {Protocol: "udp", Port: 2575}, {Protocol: "tcp", Port: 6379, Process: "nginx"}}, want: []string{"kerberos+", "nginx+"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := estate.Host{Processes: estate.Know("", tt.processes), Packages: estate.Know("", tt.packages), Units: estate.Know("", tt.units), Listeners: estate.Know("", tt.listeners)}
			got := []string{}
			for _, a := range applications(&h).Value {
				if a.Running {
					a.Kind += "+"
				}
				got = append(got, a.Kind)
				require.NotEmpty(t, a.Signs)
			}
			require.Equal(t, tt.want, got)
		})
	}
	seen := map[string]bool{}
	for _, p := range products() {
		require.False(t, seen[p.kind], "%s is there twice", p.kind)
		seen[p.kind] = true
	}
	for _, c := range catalogue() {
		require.True(t, seen[c.product], "%s is configured and no product", c.product)
	}
}
