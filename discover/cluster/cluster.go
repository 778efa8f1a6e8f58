// Package cluster reads a Kubernetes cluster as a fact of the estate: its nodes and namespaces, which network
// policies, pod security and rights hold, what runs from which images, how it is reached and with which
// certificates, where data lies and whether it is saved, and who keeps it all as a repository has it.
//
// It sends GET alone, and never asks for secrets, ConfigMaps or logs. What objects state of environments, commands
// and annotations is left where it was: names are kept, values are not. Where the API may not be reached, files that
// `kubectl get -o json` wrote take its place. Each section stands alone: what one list does to the reader leaves the
// others whole, and what the account may not list is denied, with the rule that would let it.
package cluster

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"nightferry/discover"
	"nightferry/internal/estate"
)

// Collector reads one cluster: from its API, or from files.
type Collector struct {
	Name        string // of the cluster in engagement.yaml
	Environment estate.Environment
	Now         func() time.Time

	Kubeconfig string   // file; empty where Files are read
	Context    string   // of the kubeconfig; its current one where empty
	AllowExec  bool     // a program that the kubeconfig names may be run
	Via        []string // jump hosts, first hop first; Dial goes through them
	// Dial reaches the API, through a tunnel for one; nil for the network itself.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	Files []string // that `kubectl get -o json` wrote, or folders of them
}

// Target makes the collector a target of a discovery.
func (c Collector) Target() discover.Target {
	address := c.Kubeconfig
	if c.Context != "" {
		address += " context " + c.Context
	}
	if len(c.Files) > 0 {
		address = strings.Join(c.Files, ", ")
	}
	return discover.Target{Kind: discover.KindCluster, Name: c.Name, Environment: c.Environment, Address: address,
		Collect: func(ctx context.Context, note func(string)) discover.Asset {
			return discover.Asset{Cluster: c.Collect(ctx, note)}
		}}
}

// Collect reads the cluster. It never fails: what goes wrong is in the coverage of the asset and its sections.
func (c Collector) Collect(ctx context.Context, note func(step string)) *estate.Cluster {
	found := estate.UnreadCluster(c.Name, c.Environment, estate.Collection{At: c.Now().UTC().Truncate(time.Second), Via: c.Via, Coverage: estate.Known})
	r := &reading{found: &found, facts: newFacts(), results: map[string]result{}, note: note}
	var err error
	if len(c.Files) > 0 {
		err = r.fromFiles(ctx, c.Files)
	} else {
		err = r.fromAPI(ctx, c)
	}
	if err != nil {
		own := &found.Collected
		own.Coverage, own.Problem, own.Mend = coverageOf(err), err.Error(), mendOf(err)
		return &found
	}
	r.sections()
	return &found
}

// reading is one cluster on the way through its kinds.
type reading struct {
	found   *estate.Cluster
	facts   *facts
	results map[string]result // by the kind's title
	note    func(string)
}

// result is how one kind was read.
type result struct {
	coverage estate.Coverage
	source   string
	problem  string
	denied   bool // the account may not list it, and that is all
	missing  bool // no file has it, and that is all
	cut      bool
}

// fromAPI reads all kinds from the API server. The error is of what makes all of it unknown.
func (r *reading) fromAPI(ctx context.Context, c Collector) error {
	own := &r.found.Collected
	own.Address = c.Kubeconfig
	a, err := loadKubeconfig(c.Kubeconfig, c.Context)
	if err != nil {
		return err
	}
	own.Address, own.Account = a.server.Scheme+"://"+a.server.Host+a.server.Path, a.user
	if a.plugin != nil {
		if err := r.plug(ctx, a, c.AllowExec); err != nil {
			return err
		}
	}
	if a.tokenFile != "" {
		token, err := readSmall(a.tokenFile)
		if err != nil {
			return &Error{Kind: BadKubeconfig, words: "its tokenFile cannot be read: " + a.tokenFile, mend: "make it readable for the account that runs nightferry"}
		}
		a.token = strings.TrimSpace(string(token))
	}
	if strings.ContainsFunc(a.token, func(b rune) bool { return b < '!' || b > '~' }) {
		return &Error{Kind: BadKubeconfig, words: "its token has a character that no token has"}
	}
	q, err := newAPI(a, c.Dial)
	if err != nil {
		return err
	}
	defer q.close()
	if a.unverified {
		own.Warnings = append(own.Warnings, "the API server did not have to prove who it is: the kubeconfig says insecure-skip-tls-verify")
	}
	return r.ask(ctx, q, a)
}

// plug has a credential plugin give the credential, where engagement.yaml allows it.
func (r *reading) plug(ctx context.Context, a *access, allowed bool) error {
	if !allowed {
		return &Error{Kind: PluginRefused, words: "to have a credential, it names " + clean(a.plugin.command),
			mend: "look at what it does, then add allow_exec: true to the cluster in engagement.yaml; or use a kubeconfig with a token"}
	}
	r.note("credential plugin")
	given, err := a.plugin.run(ctx)
	if err != nil {
		return err
	}
	a.token = given.Status.Token
	if given.Status.Certificate != "" {
		a.certificate, a.key = []byte(given.Status.Certificate), []byte(given.Status.Key)
	}
	return nil
}

// ask reads the version, then which kinds there are, then each kind.
func (r *reading) ask(ctx context.Context, q *api, a *access) error {
	r.note("version")
	var version struct {
		GitVersion text `json:"gitVersion"`
		Platform   text `json:"platform"`
	}
	const source = "GET /version"
	err := q.object(ctx, "/version", &version)
	switch {
	case err == nil && version.GitVersion != "":
		r.found.Version = estate.Know(source, estate.ClusterVersion{Version: string(version.GitVersion), Platform: string(version.Platform)})
	case err == nil:
		return &Error{Kind: NotKubernetes, words: "it does not say its version", mend: "correct server in the kubeconfig"}
	case errors.Is(err, Denied):
		r.found.Version = estate.Miss[estate.ClusterVersion](estate.Denied, source, err.Error(), `{nonResourceURLs: ["/version"], verbs: ["get"]}`)
	default:
		return err
	}
	r.found.API = estate.Know("TLS handshake", serverOf(q, a))
	if err := q.learnGroups(ctx); errors.Is(err, WrongLogin) {
		return err
	}
	for _, k := range kinds() {
		r.note(k.title())
		r.results[k.title()] = r.kind(ctx, q, k)
	}
	if ctx.Err() != nil {
		r.found.Collected.Warnings = append(r.found.Collected.Warnings, "reading was cut short by its deadline")
	}
	return nil
}

// kind reads one kind.
func (r *reading) kind(ctx context.Context, q *api, k kind) result {
	is := result{coverage: estate.Known, source: k.title()}
	switch {
	case ctx.Err() != nil:
		is.coverage, is.problem = estate.Timeout, "there was no time left to ask for "+k.title()
		return is
	case q.stopped():
		is.coverage, is.problem = estate.NotAsked, "the reading stopped before: the API answered no more, or sent too much"
		return is
	}
	whole, err := q.list(ctx, k, func(item []byte, number int) error {
		if err := k.take(r.facts, k.name, item); err != nil {
			return &Error{Kind: BadAnswer, words: fmt.Sprintf("%s, object %d: %s", k.title(), number, err)}
		}
		return nil
	})
	is.cut = err == nil && !whole
	if err == nil {
		return is
	}
	is.coverage, is.problem = coverageOf(err), err.Error()
	switch {
	case errors.Is(err, Missing):
		is.problem = ""
	case errors.Is(err, Denied):
		is.problem, is.denied = "", true
	case !strings.Contains(is.problem, k.title()):
		is.problem = k.title() + ": " + is.problem
	}
	return is
}

// serverOf is the API server as it showed itself.
func serverOf(q *api, a *access) estate.ClusterAPI {
	s := estate.ClusterAPI{Server: a.server.Scheme + "://" + a.server.Host, Encrypted: a.server.Scheme == "https", Verified: a.server.Scheme == "https" && !a.unverified, Login: a.login()}
	if c := q.seen.Load(); c != nil {
		sum := sha256.Sum256(c.Raw)
		s.Certificate = &estate.Certificate{Where: "tls " + a.server.Host, Subject: clean(c.Subject.String()), Names: words(c.DNSNames), Issuer: clean(c.Issuer.String()),
			SelfSigned: c.Subject.String() == c.Issuer.String(), NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), Key: keyOf(c),
			Signature: c.SignatureAlgorithm.String(), SHA256: hex.EncodeToString(sum[:])}
	}
	return s
}

func keyOf(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return c.PublicKeyAlgorithm.String()
}
