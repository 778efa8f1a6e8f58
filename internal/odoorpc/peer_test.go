package odoorpc

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// peer speaks Odoo's protocol and misbehaves as told: a real Odoo cannot be made to.
type peer struct {
	*httptest.Server
	mu      sync.Mutex
	methods []string // what was asked, in order
	bodies  []string
	answers map[string]string // by method; of execute_kw, by the model's method
}

func newPeer(t *testing.T, answers map[string]string) *peer {
	t.Helper()
	p := &peer{answers: answers}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

var (
	methodName  = regexp.MustCompile(`<methodName>([^<]*)</methodName>`)
	modelMethod = regexp.MustCompile(`<string>(fields_get|read_group|search_count|search_read|unlink)</string>`)
)

func (p *peer) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	method := methodName.FindStringSubmatch(string(body))[1]
	if method == "execute_kw" {
		method = modelMethod.FindStringSubmatch(string(body))[1]
	}
	p.mu.Lock()
	p.methods, p.bodies = append(p.methods, method), append(p.bodies, string(body))
	p.mu.Unlock()
	if r.Header.Get("Content-Type") != "text/xml" || r.Method != http.MethodPost {
		http.Error(w, "as Odoo would", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, p.answers[method])
}

func (p *peer) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.methods
}

func (p *peer) client(t *testing.T, change func(*Options)) *Client {
	t.Helper()
	opts := Options{URL: p.URL, Database: "clinic", Login: "assess", Secret: "not-a-secret-5551234"}
	if change != nil {
		change(&opts)
	}
	c, err := New(opts)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func faultAnswer(code, text string) string {
	return "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n<value>" + code +
		"</value>\n</member>\n<member>\n<name>faultString</name>\n<value><string>" + text +
		"</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n"
}

func intAnswer(n int) string { return respond(fmt.Sprintf("<value><int>%d</int></value>", n)) }

// rowsAnswer is a list of records with the given ids and one name.
func rowsAnswer(ids ...int) string {
	var b strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&b, "<value><struct><member><name>id</name><value><int>%d</int></value></member>"+
			"<member><name>name</name><value><string>row</string></value></member></struct></value>", id)
	}
	return respond("<value><array><data>" + b.String() + "</data></array></value>")
}
