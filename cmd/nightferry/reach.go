package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"nightferry/internal/engagement"
	"nightferry/internal/odoorpc"
	"nightferry/internal/outcome"
	"nightferry/internal/pgread"
	"nightferry/internal/remote"
)

// reach is the ways into the systems of an engagement, for one purpose: discovery and sampling log in as the reader, the
// cutover as the operator. Connections are shared and end with close.
type reach struct {
	e       *engagement.Engagement
	env     engagement.Environ
	purpose engagement.Purpose
	dialer  *remote.Dialer

	endpoints map[string]remote.Endpoint // by name of the host
}

func newReach(ctx context.Context, e *engagement.Engagement, env engagement.Environ, purpose engagement.Purpose) (*reach, error) {
	r := &reach{e: e, env: env, purpose: purpose}
	var endpoints []remote.Endpoint
	for _, host := range e.Hosts {
		endpoints = append(endpoints, r.stated(host))
	}
	endpoints, err := r.complete(ctx, endpoints)
	if err != nil {
		return nil, err
	}
	r.endpoints = map[string]remote.Endpoint{}
	for _, e := range endpoints {
		r.endpoints[e.Name] = e
	}
	dialer, err := remote.New(endpoints, remote.Options{KnownHosts: e.SSH.KnownHosts})
	if err != nil {
		return nil, err
	}
	r.dialer = dialer
	return r, nil
}

// Close ends all connections.
func (r *reach) Close() error { return r.dialer.Close() }

// complete takes from the ssh configuration that engagement.yaml names what it leaves open itself.
func (r *reach) complete(ctx context.Context, endpoints []remote.Endpoint) ([]remote.Endpoint, error) {
	if r.e.SSH.Config == "" {
		return endpoints, nil
	}
	home, _ := r.env("HOME")
	if home == "" {
		home, _ = r.env("USERPROFILE")
	}
	config := remote.UserConfig{File: r.e.SSH.Config, Home: home, Env: r.env, Find: exec.LookPath}
	return config.Complete(ctx, endpoints)
}

// endpoint is a host as it is reached.
func (r *reach) endpoint(host engagement.Host) remote.Endpoint { return r.endpoints[host.Name] }

// stated is what engagement.yaml says of the way to a host.
func (r *reach) stated(host engagement.Host) remote.Endpoint {
	login := host.Login
	if r.purpose == engagement.ForCutover && host.Operator.User != "" {
		login = host.Operator
	}
	address := host.Address
	if host.Port != 0 {
		address = net.JoinHostPort(address, strconv.Itoa(host.Port))
	}
	var knownHosts []string
	if len(r.e.SSH.KnownHosts) > 0 {
		knownHosts = r.e.SSH.KnownHosts
	}
	return remote.Endpoint{
		Name: host.Name, Address: address, User: login.User, Auth: r.auth(login), KnownHosts: knownHosts,
		Via: host.Via, LegacyAlgorithms: host.LegacyAlgorithms,
	}
}

// hops names the jump hosts of a tunnel through via, via included.
func (r *reach) hops(via string) []string {
	if via == "" {
		return nil
	}
	hops, err := r.dialer.Hops(via)
	if err != nil {
		return []string{via} // cannot be: engagement.yaml was checked
	}
	return append(hops, via)
}

// auth offers what the login names; one that names nothing is left to a running agent.
func (r *reach) auth(login engagement.Login) remote.Auth {
	var auth remote.Auth
	if login.Key != "" {
		auth.Keys = []remote.Key{{Path: login.Key, Passphrase: r.secret(login.Passphrase)}}
	}
	auth.Password = r.secret(login.Password)
	if login.Agent || login.Key == "" && auth.Password == nil && r.e.SSH.Config == "" {
		auth.Agent, _ = r.env("SSH_AUTH_SOCK")
	}
	return auth
}

// secret resolves a reference at need; nil where there is none.
func (r *reach) secret(s engagement.Secret) func(context.Context) (string, error) {
	if s.IsZero() {
		return nil
	}
	return func(ctx context.Context) (string, error) { return s.Resolve(ctx, r.env) }
}

// address is a PostgreSQL server's. One that has its host's takes the address behind the alias, too.
func (r *reach) address(server engagement.Server) string {
	host, found := r.e.Host(server.Host)
	if !found || server.Address != host.Address {
		return server.Address
	}
	address, _, err := net.SplitHostPort(r.endpoints[host.Name].Address)
	if err != nil {
		return server.Address
	}
	return address
}

// postgres says how to read one database of a server. The reading role may differ from the validating one.
func (r *reach) postgres(server engagement.Server, database string) pgread.Config {
	user, password := server.User, server.Password
	if r.purpose != engagement.ForDiscovery {
		user, password = server.Validation.User, server.Validation.Password
	}
	if database == "" {
		database = server.Database
	}
	return pgread.Config{
		Host: r.address(server), Port: server.Port, Database: database, User: user, Password: r.secret(password),
		TLS: pgread.TLS{Mode: server.TLS.Mode, RootCert: server.TLS.CA}, Dial: r.dial(server.Via),
	}
}

// odoo says how to ask an Odoo server. Its secret is fetched now.
func (r *reach) odoo(ctx context.Context, server engagement.Odoo) (odoorpc.Options, error) {
	options := odoorpc.Options{URL: server.URL, Database: server.Database, Login: server.User, Dial: r.dialTo(server)}
	var err error
	if options.Secret, err = server.Password.Resolve(ctx, r.env); err != nil {
		return options, err
	}
	options.Roots, err = authorities(server.CA)
	return options, err
}

// authorities reads a file of certificates; nil, which means the system's, where none is named.
func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, outcome.Mend(outcome.Misused(fmt.Errorf("read the authorities: %w", err)), "correct ca: in engagement.yaml")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, outcome.Mend(outcome.Misused(fmt.Errorf("%s holds no certificate in PEM form", file)), "correct ca: in engagement.yaml")
	}
	return pool, nil
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func (r *reach) dial(via string) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return r.dialer.DialContext(ctx, via, network, address)
	}
}

// dialTo reaches an Odoo server, at the address that stands in for its URL's if there is one.
func (r *reach) dialTo(server engagement.Odoo) dialFunc {
	dial := r.dial(server.Via)
	if server.Address == "" {
		return dial
	}
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dial(ctx, network, server.Address)
	}
}

// HTTP gives the client for a service's address: by the way and with the authorities of the Odoo server that has
// this address in engagement.yaml, directly and with the system's where none has. It is the actions' Web.
func (r *reach) HTTP(address *url.URL) (*http.Client, error) {
	transport := &http.Transport{DialContext: r.dial(""), TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
		DisableKeepAlives: true}
	for _, server := range r.e.Odoo {
		known, err := url.Parse(server.URL)
		if err != nil || known.Host != address.Host {
			continue
		}
		roots, err := authorities(server.CA)
		if err != nil {
			return nil, err
		}
		transport.DialContext = r.dialTo(server)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport, Timeout: time.Minute}, nil
}

// Client reaches a host by its name; it is the actions' Machines.
func (r *reach) Client(ctx context.Context, name string) (*remote.Client, error) {
	return r.dialer.Client(ctx, name)
}

// Postgres says how to read SERVER/DATABASE of the engagement; it is the actions' Databases.
func (r *reach) Postgres(name string) (pgread.Config, error) {
	server, database, _ := strings.Cut(name, "/")
	known, found := r.e.Server(server)
	if !found {
		return pgread.Config{}, outcome.Mend(fmt.Errorf("engagement.yaml names no PostgreSQL server %q", server), "correct the runbook, or add the server under databases")
	}
	return r.postgres(known, database), nil
}
