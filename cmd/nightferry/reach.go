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
	"strconv"
	"strings"
	"time"

	"nightferry/internal/engagement"
	"nightferry/internal/odoorpc"
	"nightferry/internal/outcome"
	"nightferry/internal/pgread"
	"nightferry/internal/remote"
)

// reach is the ways into the systems of an engagement, for one purpose: discovery logs in as the reader, the
// cutover as the operator. Connections are shared and end with close.
type reach struct {
	e       *engagement.Engagement
	env     engagement.Environ
	purpose engagement.Purpose
	dialer  *remote.Dialer
}

func newReach(e *engagement.Engagement, env engagement.Environ, purpose engagement.Purpose) (*reach, error) {
	r := &reach{e: e, env: env, purpose: purpose}
	var endpoints []remote.Endpoint
	for _, host := range e.Hosts {
		endpoints = append(endpoints, r.endpoint(host))
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

func (r *reach) endpoint(host engagement.Host) remote.Endpoint {
	login := host.Login
	if r.purpose == engagement.ForCutover && host.Operator.User != "" {
		login = host.Operator
	}
	return remote.Endpoint{
		Name: host.Name, Address: net.JoinHostPort(host.Address, strconv.Itoa(host.Port)), User: login.User, Auth: r.auth(login),
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
	if login.Agent || login.Key == "" && auth.Password == nil {
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

// postgres says how to read one database of a server. The reading role may differ from the validating one.
func (r *reach) postgres(server engagement.Server, database string) pgread.Config {
	user, password := server.User, server.Password
	if r.purpose == engagement.ForCutover {
		user, password = server.Validation.User, server.Validation.Password
	}
	if database == "" {
		database = server.Database
	}
	return pgread.Config{
		Host: server.Address, Port: server.Port, Database: database, User: user, Password: r.secret(password),
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
