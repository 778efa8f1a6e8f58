package cluster

import (
	"net/url"
	"slices"
	"strconv"

	"nightferry/internal/estate"
)

type serviceObject struct {
	head
	Spec struct {
		Type  text `json:"type"`
		Name  text `json:"externalName"`
		Ports []struct {
			Port     int  `json:"port"`
			Node     int  `json:"nodePort"`
			Protocol text `json:"protocol"`
		} `json:"ports"`
		External []text `json:"externalIPs"`
		Sources  []text `json:"loadBalancerSourceRanges"`
	} `json:"spec"`
	Status balanced `json:"status"`
}

// balanced is where a load balancer is reached.
type balanced struct {
	Balancer struct {
		Ingress []struct {
			IP   text `json:"ip"`
			Name text `json:"hostname"`
		} `json:"ingress"`
	} `json:"loadBalancer"`
}

func (b balanced) addresses() []string {
	var list []string
	for _, i := range few(b.Balancer.Ingress) {
		for _, address := range []text{i.IP, i.Name} {
			if address != "" {
				list = append(list, string(address))
			}
		}
	}
	return list
}

func takeService(f *facts, o serviceObject) {
	s := estate.ClusterService{Type: string(o.Spec.Type), Sources: words(o.Spec.Sources)}
	s.Namespace, s.Name = o.place()
	for _, p := range few(o.Spec.Ports) {
		port := strconv.Itoa(p.Port)
		if p.Node != 0 {
			port += ":" + strconv.Itoa(p.Node)
		}
		s.Ports = append(s.Ports, port+"/"+string(p.Protocol))
	}
	s.External = append(words(o.Spec.External), o.Status.addresses()...)
	if o.Spec.Name != "" {
		s.External = append(s.External, string(o.Spec.Name))
	}
	f.services = append(f.services, s)
}

type ingressObject struct {
	head
	Spec struct {
		Class   text          `json:"ingressClassName"`
		Default *ingressRoute `json:"defaultBackend"`
		TLS     []struct {
			Hosts  []text `json:"hosts"`
			Secret text   `json:"secretName"`
		} `json:"tls"`
		Rules []struct {
			Host text `json:"host"`
			HTTP struct {
				Paths []struct {
					Path    text         `json:"path"`
					Backend ingressRoute `json:"backend"`
				} `json:"paths"`
			} `json:"http"`
		} `json:"rules"`
	} `json:"spec"`
	Status balanced `json:"status"`
}

type ingressRoute struct {
	Service struct {
		Name text `json:"name"`
		Port struct {
			Number text `json:"number"`
			Name   text `json:"name"`
		} `json:"port"`
	} `json:"service"`
}

func (r ingressRoute) String() string {
	if r.Service.Name == "" {
		return "a resource"
	}
	return string(r.Service.Name) + ":" + string(r.Service.Port.Number) + string(r.Service.Port.Name)
}

// takeIngress keeps an entry a host: one Ingress can serve some with TLS and others without.
func takeIngress(f *facts, o ingressObject) {
	secrets, every := map[string]string{}, ""
	for _, t := range few(o.Spec.TLS) {
		if len(t.Hosts) == 0 {
			every = string(t.Secret) + " "
		}
		for _, host := range few(t.Hosts) {
			secrets[string(host)] = string(t.Secret)
		}
	}
	add := func(host string, paths []string) {
		if host == "" {
			host = "*"
		}
		i := estate.Ingress{Kind: "Ingress", Class: string(o.Spec.Class), Host: host, Paths: paths, Address: o.Status.addresses()}
		if i.Class == "" {
			i.Class = clean(o.Metadata.Annotations["kubernetes.io/ingress.class"])
		}
		i.Namespace, i.Name = o.place()
		i.Secret, i.TLS = secrets[host]
		if !i.TLS && every != "" {
			i.Secret, i.TLS = every[:len(every)-1], true
		}
		f.ingresses = append(f.ingresses, i)
	}
	for _, rule := range few(o.Spec.Rules) {
		var paths []string
		for _, p := range few(rule.HTTP.Paths) {
			paths = append(paths, string(p.Path)+" → "+p.Backend.String())
		}
		add(string(rule.Host), paths)
	}
	if o.Spec.Default != nil {
		add("*", []string{"/ → " + o.Spec.Default.String()})
	}
}

type gatewayObject struct {
	head
	Spec struct {
		Class     text `json:"gatewayClassName"`
		Listeners []struct {
			Host     text `json:"hostname"`
			Protocol text `json:"protocol"`
			TLS      *struct {
				Certificates []named `json:"certificateRefs"`
			} `json:"tls"`
		} `json:"listeners"`
	} `json:"spec"`
	Status struct {
		Addresses []struct {
			Value text `json:"value"`
		} `json:"addresses"`
	} `json:"status"`
}

func takeGateway(f *facts, o gatewayObject) {
	var addresses []string
	for _, a := range few(o.Status.Addresses) {
		addresses = append(addresses, string(a.Value))
	}
	for _, l := range few(o.Spec.Listeners) {
		i := estate.Ingress{Kind: "Gateway", Class: string(o.Spec.Class), Host: string(l.Host), TLS: l.TLS != nil || l.Protocol == "HTTPS" || l.Protocol == "TLS", Address: addresses}
		if i.Host == "" {
			i.Host = "*"
		}
		i.Namespace, i.Name = o.place()
		if l.TLS != nil && len(l.TLS.Certificates) > 0 {
			i.Secret = string(l.TLS.Certificates[0].Name)
		}
		f.ingresses = append(f.ingresses, i)
	}
}

// conditions are a status that says no more than how it is.
type conditions struct {
	Conditions []condition `json:"conditions"`
}

type certificateObject struct {
	head
	Spec struct {
		Common text   `json:"commonName"`
		Names  []text `json:"dnsNames"`
		Secret text   `json:"secretName"`
		Issuer struct {
			Kind text `json:"kind"`
			Name text `json:"name"`
		} `json:"issuerRef"`
	} `json:"spec"`
	Status struct {
		conditions
		NotBefore moment `json:"notBefore"`
		NotAfter  moment `json:"notAfter"`
		Renewal   moment `json:"renewalTime"`
	} `json:"status"`
}

func takeCertificate(f *facts, o certificateObject) {
	kind := o.Spec.Issuer.Kind
	if kind == "" {
		kind = "Issuer"
	}
	c := estate.ClusterCertificate{Names: words(o.Spec.Names), Issuer: string(kind + " " + o.Spec.Issuer.Name), Secret: string(o.Spec.Secret),
		Ready: ready(o.Status.Conditions), NotBefore: o.Status.NotBefore.Time, NotAfter: o.Status.NotAfter.Time, Renewal: o.Status.Renewal.Time}
	c.Namespace, c.Name = o.place()
	if common := string(o.Spec.Common); common != "" && !slices.Contains(c.Names, common) {
		c.Names = append(c.Names, common)
	}
	f.certificates = append(f.certificates, c)
}

type issuerObject struct {
	head
	Spec struct {
		ACME *struct {
			Server text `json:"server"`
		} `json:"acme"`
		CA    *struct{} `json:"ca"`
		Vault *struct {
			Server text `json:"server"`
		} `json:"vault"`
		Venafi *struct{} `json:"venafi"`
		Self   *struct{} `json:"selfSigned"`
	} `json:"spec"`
	Status conditions `json:"status"`
}

func takeIssuer(f *facts, o issuerObject) {
	i := estate.CertificateIssuer{Kind: clean(o.Kind), Ready: ready(o.Status.Conditions), Type: "other"}
	i.Namespace, i.Name = o.place()
	switch {
	case o.Spec.ACME != nil:
		i.Type, i.Server = "acme", hostOf(string(o.Spec.ACME.Server))
	case o.Spec.Vault != nil:
		i.Type, i.Server = "vault", hostOf(string(o.Spec.Vault.Server))
	case o.Spec.CA != nil:
		i.Type = "ca"
	case o.Spec.Venafi != nil:
		i.Type = "venafi"
	case o.Spec.Self != nil:
		i.Type = "self-signed"
	}
	f.issuers = append(f.issuers, i)
}

// hostOf is the host of a URL, which can hold a login.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
