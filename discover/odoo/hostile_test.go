package odoo

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// xml answers with a body that calls itself XML.
func xml(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, body)
	}
}

func responds(value string) http.HandlerFunc {
	return xml("<methodResponse><params><param>" + value + "</param></params></methodResponse>")
}

// bomb is 400 MB in 400 kB.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	page := []byte(strings.Repeat(" ", 1<<20))
	for range 400 {
		if _, err := z.Write(page); err != nil {
			return
		}
	}
	_ = z.Close()
}

// One model is answered with malice: its section says that it failed, within the time of a call and a second, and all
// others are complete.
func TestHostileAnswersCostOneSection(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	row := func(id, name string) string {
		return "<value><array><data><value><struct><member><name>id</name>" + id + "</member><member><name>name</name>" + name + "</member></struct></value></data></array></value>"
	}
	tests := map[string]struct {
		attack   http.HandlerFunc
		coverage estate.Coverage
	}{
		"nested 400,000 deep": {responds(strings.Repeat("<value><array><data>", 400_000)), estate.Failed},
		"closed 400,000 deep": {responds(strings.Repeat("<value><array><data>", 400_000) + strings.Repeat("</data></array></value>", 400_000)), estate.Failed},
		"gzip bomb":           {bomb, estate.Failed},
		"truncated":           {xml("<methodResponse><params><param><value><array><data><value><struct>"), estate.Failed},
		"text cut by CDATA":   {responds(row("<value><int>1</int></value>", "<value><string>a<![CDATA[b]]></string></value>")), estate.Failed},
		"wrong type of a row": {responds(row("<value><int>1</int></value>", "<value><array><data></data></array></value>")), estate.Failed},
		"wrong type of an id": {responds(row("<value><string>1</string></value>", "<value><string>x</string></value>")), estate.Failed},
		"false for the list":  {responds("<value><boolean>0</boolean></value>"), estate.Failed},
		"false for each row":  {responds("<value><array><data><value><boolean>0</boolean></value></data></array></value>"), estate.Failed},
		"false for each id":   {responds(row("<value><boolean>0</boolean></value>", "<value><boolean>0</boolean></value>")), estate.Failed},
		"a word for a code": {xml("<methodResponse><fault><value><struct><member><name>faultCode</name><value><string>Testina Synthetix</string></value></member>" +
			"<member><name>faultString</name><value><string>Testina Synthetix</string></value></member></struct></value></fault></methodResponse>"), estate.Failed},
		"a word for a refusal": {xml("<methodResponse><fault><value><struct><member><name>faultCode</name><value><string>warning -- AccessError\n\nTestina Synthetix</string></value></member>" +
			"<member><name>faultString</name><value><string>Testina Synthetix</string></value></member></struct></value></fault></methodResponse>"), estate.Denied},
		"redirect to another host": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/?Testina", http.StatusTemporaryRedirect)
		}, estate.Failed},
		"10 MB of HTML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, strings.Repeat("Testina   ", 1<<20))
		}, estate.Failed},
		"10 MB of HTML as XML": {xml("<html>" + strings.Repeat("Testina   ", 1<<20)), estate.Failed},
		"hangs up": {func(w http.ResponseWriter, _ *http.Request) {
			panic(http.ErrAbortHandler)
		}, estate.Failed},
		"never answers": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, estate.Timeout},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			models := clinic()
			m := models["ir.mail_server"]
			m.attack = tt.attack
			models["ir.mail_server"] = m
			p := newPeer(t, models)
			if tt.coverage == estate.Timeout {
				p.patience = time.Second
			}
			got := p.collect(t)
			require.Equal(t, estate.Known, got.Collected.Coverage)
			require.Equal(t, tt.coverage, got.MailServers.Coverage, got.MailServers.Problem)
			require.NotEmpty(t, got.MailServers.Problem)
			require.NotContains(t, got.MailServers.Problem, "Testina")
			require.Nil(t, got.MailServers.Value)
			if name != "hangs up" { // unreachable: nothing more is asked
				require.Equal(t, estate.Known, got.Inbound.Coverage, got.Inbound.Problem)
				require.Equal(t, estate.Known, got.Queues.Coverage, got.Queues.Problem)
			}
		})
	}
}

// A server that logs us in and then never answers again costs the time allowed, and a second at most.
func TestDeadlineOfAll(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(body), ">version<"):
			responds(encode(map[string]any{"server_serie": "14.0"}))(w, r)
		case strings.Contains(string(body), ">authenticate<"):
			responds(encode(7))(w, r)
		default:
			<-r.Context().Done()
		}
	}))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	start := time.Now()
	got := Collect(ctx, Server{Name: "clinic", RPC: odoorpc.Options{URL: server.URL, Database: "clinic", Login: "assess", Secret: "x"}}, clock, func(string) {})
	require.Less(t, time.Since(start), 2*time.Second)
	require.Equal(t, estate.Timeout, got.Modules.Coverage)
	require.Equal(t, estate.Timeout, got.Queues.Coverage)
	require.Equal(t, estate.Known, got.Version.Coverage)
}

// Not parallel: it measures memory.
func TestABombIsNotHeld(t *testing.T) {
	models := clinic()
	m := models["ir.mail_server"]
	m.attack = bomb
	models["ir.mail_server"] = m
	p := newPeer(t, models)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	got := p.collect(t)
	runtime.ReadMemStats(&after)
	require.Equal(t, estate.Failed, got.MailServers.Coverage)
	require.Less(t, int64(after.HeapSys)-int64(before.HeapSys), int64(256<<20))
}

// In cool-down the right password is refused too: it is asked once whether that is so, and nothing is tried again.
func TestCoolDownIsNotTriedInto(t *testing.T) {
	t.Parallel()
	models := clinic()
	p := newPeer(t, models)
	p.uid, p.coolDown = false, true
	got := p.collect(t)
	require.Equal(t, estate.Denied, got.Collected.Coverage)
	require.Contains(t, got.Collected.Problem, "counts too many failed logins")
	require.Contains(t, got.Collected.Mend, "wait at least a minute")
	require.Equal(t, []string{"version", "authenticate", "res.users search_count"}, p.asked)
}
