package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Limits of what a cluster may cost.
const (
	pageItems   = 250
	mostPage    = 24 << 20  // bytes of one answer, decompressed
	mostItem    = 4 << 20   // bytes of one object; the API itself takes 1.5 MiB
	mostItems   = 50_000    // objects of a kind
	mostAnswers = 256 << 20 // bytes in all
	mostSmall   = 1 << 20   // bytes of an answer that is no list
	oneAnswer   = 30 * time.Second
	mostBroken  = 3 // requests in a row without an answer, until no more are made
)

// api asks one API server. It sends GET alone.
type api struct {
	base   *url.URL
	client *http.Client
	token  string
	left   int64 // bytes that may still come
	broken int   // requests in a row without an answer

	groups map[string][]string              // versions that are served, by group; nil where the API does not tell
	seen   atomic.Pointer[x509.Certificate] // that the server showed
}

// dialFunc reaches an address, through a tunnel for one.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// newAPI takes what a kubeconfig says. It sends nothing.
func newAPI(a *access, dial dialFunc) (*api, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: a.serverName}
	if len(a.authority) > 0 {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(a.authority) {
			return nil, &Error{Kind: BadKubeconfig, words: "its certificate-authority is no certificate in PEM form"}
		}
	}
	if len(a.certificate) > 0 {
		pair, err := tls.X509KeyPair(a.certificate, a.key)
		if err != nil {
			return nil, &Error{Kind: BadKubeconfig, words: "its client certificate and key do not belong together, or are not in PEM form"}
		}
		config.Certificates = []tls.Certificate{pair}
	}
	q := &api{base: a.server, token: a.token, left: mostAnswers}
	config.InsecureSkipVerify = a.unverified // as the kubeconfig says; the asset carries a warning that says it too
	config.VerifyConnection = func(state tls.ConnectionState) error {
		q.seen.Store(state.PeerCertificates[0])
		return nil
	}
	if dial == nil {
		dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	q.client = &http.Client{
		// A redirect is reported, never followed: the credential goes to the named host or nowhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dial, TLSClientConfig: config, TLSHandshakeTimeout: 15 * time.Second, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: 64 << 10, MaxConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
		},
	}
	return q, nil
}

func (q *api) close() { q.client.CloseIdleConnections() }

// stopped tells that asking on is useless.
func (q *api) stopped() bool { return q.broken >= mostBroken || q.left <= 0 }

// get asks for a path and hands the answer to read, which gets no more bytes than most.
func (q *api) get(ctx context.Context, path string, query url.Values, most int64, read func(io.Reader) error) error {
	limited, cancel := context.WithTimeout(ctx, oneAnswer)
	defer cancel()
	target := q.base.JoinPath(path)
	target.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(limited, http.MethodGet, target.String(), nil)
	if err != nil {
		return &Error{Kind: Unreachable, words: "its address cannot be used"}
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "nightferry")
	if q.token != "" {
		request.Header.Set("Authorization", "Bearer "+q.token)
	}
	response, err := q.client.Do(request)
	if err != nil {
		q.broken++
		return unreached(limited, err)
	}
	defer response.Body.Close()
	if err := recognise(response); err != nil {
		q.broken = 0
		return err
	}
	body := &meter{from: io.LimitReader(response.Body, min(most, q.left)+1)}
	err = read(body)
	q.left -= body.n
	switch {
	case limited.Err() != nil:
		q.broken++
		return unreached(limited, limited.Err())
	case body.n > most, q.left < 0:
		return &Error{Kind: TooLarge, words: fmt.Sprintf("an answer of more than %d MiB, or answers of more than %d MiB together", most>>20, mostAnswers>>20)}
	case body.err != nil:
		q.broken++
		return &Error{Kind: BadAnswer, words: "it ended early"}
	}
	q.broken = 0
	return err
}

// recognise takes the status of an answer for what it means.
func recognise(response *http.Response) error {
	switch status := response.StatusCode; {
	case status == http.StatusOK:
		kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
		if kind != "application/json" {
			return &Error{Kind: NotKubernetes, words: "it answered with something other than JSON", mend: "correct server in the kubeconfig"}
		}
		return nil
	case status == http.StatusUnauthorized:
		return &Error{Kind: WrongLogin, mend: "take a new credential: a token may have expired"}
	case status == http.StatusForbidden:
		return &Error{Kind: Denied}
	case status == http.StatusNotFound:
		return &Error{Kind: Missing}
	case status >= 300 && status < 400:
		return &Error{Kind: NotKubernetes, words: "it redirects, which is not followed", mend: "correct server in the kubeconfig"}
	case status == http.StatusGone:
		return &Error{Kind: BadAnswer, words: "the list was no longer kept while it was read", mend: "try again"}
	default:
		return &Error{Kind: BadAnswer, words: "it answered with HTTP status " + strconv.Itoa(status), mend: "try again when it is less busy; look at the API server's log"}
	}
}

// meter counts what is read, and remembers what broke it off.
type meter struct {
	from io.Reader
	n    int64
	err  error
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}

// object asks for something that is no list.
func (q *api) object(ctx context.Context, path string, v any) error {
	return q.get(ctx, path, nil, mostSmall, func(body io.Reader) error {
		text, err := io.ReadAll(body)
		if err != nil || json.Unmarshal(text, v) != nil {
			return &Error{Kind: BadAnswer, words: "it is not the JSON that was asked for"}
		}
		return nil
	})
}

// learnGroups asks which kinds the API has. Where it does not tell, every kind is asked for.
func (q *api) learnGroups(ctx context.Context) error {
	var answer struct {
		Groups []struct {
			Name     string `json:"name"`
			Versions []struct {
				Version string `json:"version"`
			} `json:"versions"`
		} `json:"groups"`
	}
	if err := q.object(ctx, "/apis", &answer); err != nil {
		return err
	}
	q.groups = map[string][]string{"": {"v1"}}
	for _, group := range answer.Groups {
		for _, version := range group.Versions {
			if isVersion(version.Version) {
				q.groups[group.Name] = append(q.groups[group.Name], version.Version)
			}
		}
	}
	return nil
}

// isVersion keeps a server from putting a path into our next request.
func isVersion(text string) bool {
	return len(text) < 20 && strings.HasPrefix(text, "v") && strings.Trim(text[1:], "0123456789alphbet") == ""
}

// versions are those of a kind that are worth asking for, the best first.
func (q *api) versions(k kind) []string {
	if q.groups == nil {
		return k.versions
	}
	var both []string
	for _, version := range k.versions {
		for _, served := range q.groups[k.group] {
			if served == version {
				both = append(both, version)
			}
		}
	}
	return both
}

// list reads all objects of a kind, page by page, each by take. Whole is false where a limit cut the list.
func (q *api) list(ctx context.Context, k kind, take func(item []byte, number int) error) (whole bool, err error) {
	err = &Error{Kind: Missing}
	for _, version := range q.versions(k) {
		whole, err = q.pages(ctx, k.path(version), take)
		if !errors.Is(err, Missing) {
			break
		}
	}
	return whole, err
}

func (q *api) pages(ctx context.Context, path string, take func(item []byte, number int) error) (whole bool, err error) {
	number, next := 0, ""
	for {
		query := url.Values{"limit": {strconv.Itoa(pageItems)}}
		if next != "" {
			query.Set("continue", next)
		}
		before, last := number, next
		err := q.get(ctx, path, query, mostPage, func(body io.Reader) error {
			next = ""
			// Whole first: the decoder looks at blanks again with each piece that comes, and a page of them would cost minutes.
			page, err := io.ReadAll(body)
			if err != nil || int64(len(page)) > mostPage {
				return &Error{Kind: BadAnswer, words: "it ended early"}
			}
			return eachItem(bytes.NewReader(page), func(item []byte, _ int64) error {
				if number++; number > mostItems {
					return errEnough
				}
				return take(item, number)
			}, &next)
		})
		switch {
		case errors.Is(err, errEnough):
			return false, nil
		case err != nil:
			return false, err
		case next == "":
			return true, nil
		case number == before, next == last, len(next) > 16<<10:
			return false, &Error{Kind: BadAnswer, words: "it goes on for ever without giving more"}
		}
	}
}

// errEnough ends a list at its limit.
var errEnough = errors.New("enough")

// eachItem walks a list of objects without holding it whole, and tells where it goes on. take also gets the byte
// behind the object.
func eachItem(body io.Reader, take func(item []byte, end int64) error, next *string) error {
	bad := &Error{Kind: BadAnswer, words: "it is not a list of objects"}
	decoder := json.NewDecoder(body)
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return bad
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return bad
		}
		switch key {
		case "items":
			if err := eachElement(decoder, bad, take); err != nil {
				return err
			}
		case "metadata":
			var metadata struct {
				Continue string `json:"continue"`
			}
			if decoder.Decode(&metadata) != nil {
				return bad
			}
			*next = metadata.Continue
		default:
			var rest json.RawMessage
			if decoder.Decode(&rest) != nil {
				return bad
			}
		}
	}
	if _, err := decoder.Token(); err != nil {
		return bad
	}
	return nil
}

// eachElement walks an array, which may be null.
func eachElement(decoder *json.Decoder, bad error, take func(item []byte, end int64) error) error {
	token, err := decoder.Token()
	if err == nil && token == nil {
		return nil
	}
	if err != nil || token != json.Delim('[') {
		return bad
	}
	for decoder.More() {
		var item json.RawMessage
		if decoder.Decode(&item) != nil {
			return bad
		}
		if len(item) > mostItem {
			return &Error{Kind: TooLarge, words: fmt.Sprintf("an object of more than %d MiB", mostItem>>20)}
		}
		if err := take(item, decoder.InputOffset()); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return bad
	}
	return nil
}
