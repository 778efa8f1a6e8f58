package cluster

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"nightferry/internal/yamlfile"
)

// mostKubeconfig bounds a kubeconfig, in bytes: those of hundreds of clusters fit.
const mostKubeconfig = 1 << 20

// access is one context of a kubeconfig: where the API is, how it proves itself, and what we show it. It is held in
// memory alone.
type access struct {
	server     *url.URL
	serverName string // that the certificate must be for, where it is not the URL's
	authority  []byte // PEM; nil for the system's
	unverified bool   // insecure-skip-tls-verify
	user       string // name of the entry, for people

	token       string
	tokenFile   string
	certificate []byte // PEM, with its key
	key         []byte
	plugin      *plugin
}

// login says by what the account proves itself, in a word for people.
func (a *access) login() string {
	switch {
	case a.plugin != nil:
		return "plugin"
	case a.token != "", a.tokenFile != "":
		return "token"
	case len(a.certificate) > 0:
		return "client certificate"
	}
	return "none"
}

// loadKubeconfig reads one context of a kubeconfig; an empty name means its current context. Errors are [*Error] and
// quote no value of the file: any of them may be a secret.
func loadKubeconfig(path, name string) (*access, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &Error{Kind: BadKubeconfig, words: path + " cannot be read", mend: "name the kubeconfig file in engagement.yaml, readable for the account that runs nightferry"}
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostKubeconfig+1))
	switch {
	case err != nil:
		return nil, &Error{Kind: BadKubeconfig, words: path + " cannot be read"}
	case len(text) > mostKubeconfig:
		return nil, &Error{Kind: BadKubeconfig, words: fmt.Sprintf("%s is larger than %d MiB", path, mostKubeconfig>>20), mend: "is it a kubeconfig?"}
	}
	return parseKubeconfig(path, text, name)
}

// Account is the name of the account that a context of a kubeconfig logs in by, for access logs; "unknown" where the
// file cannot be read.
func Account(path, context string) string {
	a, err := loadKubeconfig(path, context)
	switch {
	case err != nil:
		return "unknown"
	case a.user == "":
		return "none"
	}
	return a.user
}

// parseKubeconfig is loadKubeconfig without the reading.
func parseKubeconfig(path string, text []byte, name string) (*access, error) {
	k := kubeconfig{path: path, file: yamlfile.Parse(path, text), tree: map[string]any{}}
	k.file.Bind(&k.tree)
	if err := k.file.Err(); err != nil {
		place := path
		if problems, ok := errors.AsType[yamlfile.Problems](err); ok && problems[0].Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", path, problems[0].Line, problems[0].Column)
		}
		return nil, &Error{Kind: BadKubeconfig, words: place + ": this cannot be read as a kubeconfig", mend: "look at it with: kubectl config view"}
	}
	return k.access(name)
}

// kubeconfig is a parsed file. Its methods note the first fault alone.
type kubeconfig struct {
	path  string
	file  *yamlfile.File
	tree  map[string]any
	fault error
}

// say notes a fault at a place of the file.
func (k *kubeconfig) say(at, words, mend string) {
	if k.fault == nil {
		k.fault = &Error{Kind: BadKubeconfig, words: fmt.Sprintf("%s:%d: %s", k.path, max(k.file.Line(at), 1), words), mend: mend}
	}
}

// entry finds a named entry of one of the three lists, and its place.
func (k *kubeconfig) entry(list, kind, name string) (entry map[string]any, at string) {
	entries, _ := k.tree[list].([]any)
	for i, e := range entries {
		fields, _ := e.(map[string]any)
		if word(fields["name"]) == name && name != "" {
			entry, _ = fields[kind].(map[string]any)
			return entry, fmt.Sprintf("%s[%d].%s", list, i, kind)
		}
	}
	k.say(list, fmt.Sprintf("no %s is called %q", kind, clean(name)), "write the name as it stands in the file: kubectl config get-contexts")
	return nil, list
}

func (k *kubeconfig) access(name string) (*access, error) {
	if name == "" {
		if name = word(k.tree["current-context"]); name == "" {
			k.say("", "it has no current context", "add context: NAME to the cluster in engagement.yaml")
			return nil, k.fault
		}
	}
	context, _ := k.entry("contexts", "context", name)
	cluster, at := k.entry("clusters", "cluster", word(context["cluster"]))
	user, login := map[string]any{}, ""
	if word(context["user"]) != "" {
		user, login = k.entry("users", "user", word(context["user"]))
	}
	a := &access{user: clean(word(context["user"]))}
	if k.fault == nil {
		k.server(a, cluster, at)
		k.login(a, user, login)
	}
	if k.fault != nil {
		return nil, k.fault
	}
	return a, nil
}

// server reads where the API is. A proxy would see who asks whom, and is not ours to use.
func (k *kubeconfig) server(a *access, cluster map[string]any, at string) {
	address, err := url.Parse(word(cluster["server"]))
	switch {
	case err != nil, address.Host == "", address.Scheme != "https" && address.Scheme != "http":
		k.say(at+".server", "server is not the URL of an API server", "write it like https://api.cloud.example:6443")
		return
	case address.User != nil:
		k.say(at+".server", "server holds a login", "take it out of the URL")
		return
	case address.Scheme == "http" && !loopback(address.Hostname()):
		k.say(at+".server", "server is plain http: what is shown to it, and all that it answers, could be read on the way", "use its https address")
		return
	case word(cluster["proxy-url"]) != "":
		k.say(at+".proxy-url", "a proxy is not used", "reach the API through a host of the estate instead: via: NAME in engagement.yaml")
		return
	}
	address.RawQuery, address.Fragment = "", ""
	a.server, a.serverName = address, word(cluster["tls-server-name"])
	a.unverified = cluster["insecure-skip-tls-verify"] == true
	a.authority = k.content(cluster, "certificate-authority", at)
}

// login reads what is shown to the API. Of several ways the first that kubectl would take is taken.
func (k *kubeconfig) login(a *access, user map[string]any, at string) {
	switch {
	case user["auth-provider"] != nil:
		k.say(at+".auth-provider", "auth-provider is not used: Kubernetes took it out with 1.26", "make a kubeconfig with a token, a client certificate or exec")
		return
	case word(user["username"]) != "":
		k.say(at+".username", "a login by name and password is not used: Kubernetes took it out with 1.19", "make a kubeconfig with a token or a client certificate")
		return
	case word(user["as"]) != "":
		k.say(at+".as", "acting as somebody else is not done here", "give the account that reads the rights that nightferry discover --explain --grants prints")
		return
	}
	a.certificate, a.key = k.content(user, "client-certificate", at), k.content(user, "client-key", at)
	if (len(a.certificate) == 0) != (len(a.key) == 0) {
		k.say(at, "a client certificate without its key, or a key without its certificate", "state both")
	}
	a.token, a.tokenFile = word(user["token"]), k.relative(word(user["tokenFile"]))
	if a.tokenFile != "" {
		a.token = ""
	}
	if user["exec"] != nil && a.token == "" && a.tokenFile == "" {
		a.plugin = k.plugin(user["exec"], at+".exec")
	}
}

// content takes a PEM text that stands in the file in base64 (KEY-data), or in a file of its own.
func (k *kubeconfig) content(fields map[string]any, key, at string) []byte {
	if data := word(fields[key+"-data"]); data != "" {
		text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(data), ""))
		if err != nil {
			k.say(at+"."+key+"-data", key+"-data is not base64", "")
		}
		return text
	}
	path := k.relative(word(fields[key]))
	if path == "" {
		return nil
	}
	text, err := readSmall(path)
	if err != nil {
		k.say(at+"."+key, key+" names a file that cannot be read: "+path, "make it readable for the account that runs nightferry")
	}
	return text
}

// relative makes a path of the file one of this computer: it starts at the file's folder. It is made absolute, for a
// bare name of a program would be looked for on PATH.
func (k *kubeconfig) relative(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	joined := filepath.Join(filepath.Dir(k.path), path)
	if whole, err := filepath.Abs(joined); err == nil {
		return whole
	}
	return joined
}

// readSmall reads a file that holds a certificate, a key or a token.
func readSmall(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostKubeconfig+1))
	if err == nil && len(text) > mostKubeconfig {
		err = errors.New("too large")
	}
	return text, err
}

// word is a scalar of the file as text; empty for anything else.
func word(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int, int64, uint64, float64, bool:
		return fmt.Sprint(v)
	}
	return ""
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
