package odoo_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// recordFrom is the address of a real server: with it, TestRecorded asks that server and writes what it answers.
// testdata/recorded/README.md tells how the servers were made.
var recordFrom = flag.String("record-from", "", "address of an Odoo server whose answers to record")

// exchange is one question to a server and its answer, as recorded.
type exchange struct {
	Asked  string `json:"asked"`  // where, and a hash of what
	Status int    `json:"status"` // of HTTP
	Type   string `json:"type"`   // Content-Type
	Answer string `json:"answer"`
}

// recording is the answers of one server, in the order of the first asking.
type recording struct {
	mu        sync.Mutex
	exchanges []exchange
	missing   []string // what was asked and had never been recorded
}

// asked names a question. The members of a table come in any order, which must not matter.
func asked(r *http.Request, body []byte) string {
	tokens := strings.FieldsFunc(string(body), func(c rune) bool { return strings.ContainsRune("<>{},", c) })
	slices.Sort(tokens)
	sum := sha256.Sum256([]byte(strings.Join(tokens, "\n")))
	return r.Method + " " + r.URL.Path + " " + hex.EncodeToString(sum[:8])
}

// replay answers as the recorded server did. A question that it was never asked fails the test.
func (rec *recording) replay(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	question := asked(r, body)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	at := slices.IndexFunc(rec.exchanges, func(e exchange) bool { return e.Asked == question })
	if at < 0 {
		rec.missing = append(rec.missing, question+": "+string(body[:min(len(body), 600)]))
		http.Error(w, "never recorded", http.StatusNotImplemented)
		return
	}
	w.Header().Set("Content-Type", rec.exchanges[at].Type)
	w.WriteHeader(rec.exchanges[at].Status)
	_, _ = io.WriteString(w, rec.exchanges[at].Answer)
}

// record passes questions on to a real server and keeps its answers. A server that is to be without XML-RPC gets
// none of its questions.
func (rec *recording) record(ctx context.Context, server string, withoutXMLRPC bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e := exchange{Asked: asked(r, body), Status: http.StatusNotFound, Type: "text/html", Answer: "<h1>Not Found</h1>"}
		if !withoutXMLRPC || !strings.HasPrefix(r.URL.Path, "/xmlrpc/") {
			request, _ := http.NewRequestWithContext(ctx, r.Method, server+r.URL.RequestURI(), bytes.NewReader(body))
			request.Header = r.Header.Clone()
			request.Header.Del("Accept-Encoding") // the transport asks for it, and undoes it
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				http.Error(w, "not reached", http.StatusBadGateway)
				return
			}
			defer response.Body.Close()
			answer, _ := io.ReadAll(response.Body)
			e.Status, e.Type, e.Answer = response.StatusCode, response.Header.Get("Content-Type"), string(answer)
		}
		rec.mu.Lock()
		defer rec.mu.Unlock()
		if !slices.ContainsFunc(rec.exchanges, func(known exchange) bool { return known.Asked == e.Asked }) {
			rec.exchanges = append(rec.exchanges, e)
		}
		w.Header().Set("Content-Type", e.Type)
		w.WriteHeader(e.Status)
		_, _ = io.WriteString(w, e.Answer)
	}
}

// recorded serves what a server of the given name answered, or records it.
func recorded(t *testing.T, name string, withoutXMLRPC bool) *httptest.Server {
	t.Helper()
	rec, path := &recording{}, filepath.Join("testdata", "recorded", name+".jsonl.gz")
	handler := http.HandlerFunc(rec.replay)
	if *recordFrom != "" {
		handler = rec.record(t.Context(), *recordFrom, withoutXMLRPC)
		t.Cleanup(func() { rec.save(t, path) })
	} else {
		rec.load(t, path)
		t.Cleanup(func() { require.Empty(t, rec.missing, "asked, and never recorded: record the server anew") })
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func (rec *recording) load(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	plain, err := gzip.NewReader(file)
	require.NoError(t, err)
	for lines := json.NewDecoder(plain); lines.More(); {
		var e exchange
		require.NoError(t, lines.Decode(&e))
		for _, secret := range []string{"CANARY-smtp-password", "CANARY-imap-password", "CANARY-gateway-token"} {
			require.NotContains(t, e.Answer, secret, "it is on the server, and must not be asked for")
		}
		rec.exchanges = append(rec.exchanges, e)
	}
}

func (rec *recording) save(t *testing.T, path string) {
	t.Helper()
	slices.SortStableFunc(rec.exchanges, func(a, b exchange) int { return cmp.Compare(a.Asked, b.Asked) })
	var packed bytes.Buffer
	plain, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	require.NoError(t, err)
	lines := json.NewEncoder(plain)
	for _, e := range rec.exchanges {
		require.NoError(t, lines.Encode(e))
	}
	require.NoError(t, plain.Close())
	require.NoError(t, os.WriteFile(path, packed.Bytes(), 0o600))
}
