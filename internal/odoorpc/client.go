// Package odoorpc asks an Odoo server questions over XML-RPC and trusts nothing that comes back.
//
// A [Client] knows the address and the limits; [Client.Login] authenticates once and gives a [Session],
// which reads models in pages. Only methods that read are ever sent. Every answer has a deadline, a size
// limit after decompression, and passes [guard] before kolo/xmlrpc decodes it, since that decoder recurses
// with the nesting of its input and drops text around CDATA. Errors are of type [*Error] and hold our own
// words: a fault's text can quote patients' rows, so it is read for its meaning and thrown away.
//
// Where a server has no XML-RPC, as is planned for versions after 19, JSON-2 is spoken: Session's methods are what both
// protocols can do.
package odoorpc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"time"
)

// Options say which server to ask, as whom, and how much of it to bear.
type Options struct {
	URL      string // "https://erp.example": scheme, host and port; a path is kept as a prefix
	Database string
	Login    string
	Secret   string // password or API key; held in memory, sent, and put nowhere else

	Roots *x509.CertPool // authorities to trust; nil for the system's
	// Dial reaches the server, through a tunnel for one; nil for the network itself.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	Timeout  time.Duration // for one call with its answer; 0 for a minute, since the first login loads the registry
	MaxBytes int64         // of one answer, decompressed; 0 for 32 MiB
	PageRows int           // rows asked for at once; 0 for 1,000
	MaxRows  int           // rows of one model; 0 for 200,000
}

// Client asks one Odoo server. It may be shared.
type Client struct {
	opts  Options
	base  *url.URL
	http  *http.Client
	json2 atomic.Bool // it has no XML-RPC, and said its version the other way
}

// New checks the options and returns a client. It sends nothing.
func New(opts Options) (*Client, error) {
	base, err := url.Parse(opts.URL)
	switch {
	case err != nil, base.Host == "", base.Scheme != "https" && base.Scheme != "http":
		return nil, errors.New("the address of an Odoo server must look like https://erp.example")
	case base.User != nil:
		return nil, errors.New("the address of an Odoo server must not hold a login: name a secret instead")
	}
	opts.Timeout = orDefault(opts.Timeout, time.Minute)
	opts.MaxBytes = orDefault(opts.MaxBytes, 32<<20)
	opts.PageRows = orDefault(opts.PageRows, 1000)
	opts.MaxRows = orDefault(opts.MaxRows, 200_000)
	if opts.Dial == nil {
		opts.Dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	base.RawQuery, base.Fragment = "", ""
	return &Client{opts: opts, base: base, http: &http.Client{
		// A redirect is reported, never followed: the password goes to the named host or nowhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            opts.Dial,
			TLSClientConfig:        &tls.Config{RootCAs: opts.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    15 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			MaxConnsPerHost:        2,
			IdleConnTimeout:        30 * time.Second,
		},
	}}, nil
}

func orDefault[T int | int64 | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}

// Address is the server's address without anything secret.
func (c *Client) Address() string { return c.base.Scheme + "://" + c.base.Host + c.base.Path }

// Encrypted tells whether password and answers travel under TLS.
func (c *Client) Encrypted() bool { return c.base.Scheme == "https" }

// Close gives the connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// LoadRoots returns the system's authorities together with those of a PEM file.
func LoadRoots(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read certificate authorities: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // Windows of old, or a machine without any: the file alone decides
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read certificate authorities: %s holds no certificate in PEM form", path)
	}
	return pool, nil
}

// Version asks for the server's series, such as "14.0" or "saas~17.2". It needs no login.
func (c *Client) Version(ctx context.Context) (string, error) {
	answer, err := c.call(ctx, "common", "version", "")
	if hasNoXMLRPC(err) {
		if serie, other := c.json2Version(ctx); other == nil {
			return serie, nil
		}
	}
	if err != nil {
		return "", err
	}
	fields, _ := answer.(map[string]any)
	row := newRow("version", fields)
	serie := row.Text("server_serie")
	if err := row.Err(); err != nil || serie == "" {
		return "", c.fail(NotOdoo, "", errors.New("it answered, without saying its version"))
	}
	return serie, nil
}

// Login authenticates, once: Odoo counts failures for the address that asks, which all users behind a
// proxy share, so a second try could lock a hospital out.
func (c *Client) Login(ctx context.Context) (*Session, error) {
	if c.json2.Load() {
		return c.json2Login(ctx)
	}
	answer, err := c.call(ctx, "common", "authenticate", "",
		c.opts.Database, c.opts.Login, c.opts.Secret, map[string]any{})
	if hasNoXMLRPC(err) {
		if _, other := c.json2Version(ctx); other == nil {
			return c.json2Login(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	if uid, ok := answer.(int64); ok && uid > 0 {
		return &Session{client: c, uid: uid}, nil
	}
	if c.coolingDown(ctx) {
		return nil, c.fail(CoolDown, "", nil)
	}
	return nil, c.fail(WrongLogin, "", nil)
}

// coolingDown tells apart the two reasons for which authenticate answers 0. It asks for a user id that
// cannot exist, without the secret: a server in cool-down refuses before it looks the user up, any other
// says that the record is missing, and neither counts as a failure. Each worker process of Odoo counts for
// itself, so one answer says little: the question is put until one refuses, a few times at most.
func (c *Client) coolingDown(ctx context.Context) bool {
	const nobody = 1<<31 - 1
	for range probes {
		_, err := c.call(ctx, "object", "execute_kw", "res.users",
			c.opts.Database, nobody, "nobody", "res.users", "search_count", []any{[]any{}}, map[string]any{})
		switch {
		case errors.Is(err, CoolDown):
			return true
		case !errors.Is(err, ServerFault): // not the missing record: asking on tells nothing, and might count
			return false
		}
	}
	return false
}

// probes reach each of two workers with all but certainty, and each of four nine times in ten.
const probes = 8
