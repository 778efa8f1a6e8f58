package odoo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// documented is a stand-in for an Odoo without XML-RPC: it speaks JSON-2 as Odoo 19's documentation describes it. It
// is no recording of a real server.
type documented struct {
	*httptest.Server
	models map[string]model
	asked  []string
	key    string // the API key that it takes
}

func newDocumented(t *testing.T, models map[string]model) *documented {
	t.Helper()
	d := &documented{models: models, key: "hush-5551234"}
	d.Server = httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(d.Close)
	return d
}

func (d *documented) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	answer := func(status int, value any) {
		w.WriteHeader(status)
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // a stand-in that cannot speak must not pass for one that is silent
		}
		_, _ = w.Write(text)
	}
	refuse := func(status int, name, message string) {
		answer(status, map[string]any{"name": name, "message": message, "arguments": []any{message}, "context": map[string]any{}, "debug": "Traceback: Testina Synthetix"})
	}
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == "/web/version":
		answer(http.StatusOK, map[string]any{"version_info": []any{20, 0, 0, "final", 0, ""}, "version": "20.0"})
		return
	case len(path) != 4 || path[0] != "json" || path[1] != "2" || r.Method != http.MethodPost:
		http.NotFound(w, r)
		return
	case r.Header.Get("X-Odoo-Database") != "clinic":
		w.Header().Set("Content-Type", "text/html")
		http.NotFound(w, r)
		return
	case r.Header.Get("Authorization") != "bearer "+d.key:
		refuse(http.StatusUnauthorized, "werkzeug.exceptions.Unauthorized", "Invalid apikey")
		return
	}
	name, method := path[2], path[3]
	d.asked = append(d.asked, name+" "+method)
	m, exists := d.models[name]
	switch {
	case method == "context_get":
		answer(http.StatusOK, map[string]any{"lang": "en_US", "tz": false, "uid": 9})
	case !exists:
		refuse(http.StatusNotFound, "werkzeug.exceptions.NotFound", fmt.Sprintf("the model '%s' does not exist", name))
	case method == "fields_get":
		fields := map[string]any{}
		for _, field := range m.fields {
			fields[field] = map[string]any{"type": "char"}
		}
		answer(http.StatusOK, fields)
	case m.fault != "":
		refuse(http.StatusForbidden, "odoo.exceptions.AccessError", "You are not allowed to access 'X' (x) records.\n\nThis operation is allowed for the following groups:\n\t- Administration/Settings\n\nContact")
	case method == "formatted_read_group":
		answer(http.StatusOK, formatted(m, string(raw)))
	default:
		answer(http.StatusOK, nulls(slices.DeleteFunc(slices.Clone(m.rows), func(row map[string]any) bool { return !asked(xmlLike(raw), row) })))
	}
}

// xmlLike writes a domain's conditions the way that the other stand-in looks for them.
func xmlLike(raw []byte) string {
	var question struct {
		Domain [][]any `json:"domain"`
	}
	if json.Unmarshal(raw, &question) != nil {
		return ""
	}
	var b strings.Builder
	for _, c := range question.Domain {
		b.WriteString(encode([]any{c[0], c[1], fmt.Sprint(c[2])}))
	}
	return strings.NewReplacer("<string>true</string>", "<boolean>1<", "<string>false</string>", "<boolean>0<").Replace(b.String())
}

// formatted gives groups in the form of formatted_read_group.
func formatted(m model, body string) []map[string]any {
	groups := m.groups
	if strings.Contains(body, `"groupby":["ttype"]`) {
		groups = m.kinds
	}
	list := []map[string]any{}
	for _, group := range groups {
		row := map[string]any{"__extra_domain": []any{}}
		for name, value := range group {
			switch {
			case strings.HasSuffix(name, "_count"):
				row["__count"] = value
			case name == "file_size":
				row["file_size:avg"] = value
			default:
				row[name] = value
			}
		}
		list = append(list, row)
	}
	return list
}

// nulls says false for what has no value, as Odoo does.
func nulls(rows []map[string]any) []map[string]any {
	all := []map[string]any{}
	for _, row := range rows {
		with := map[string]any{}
		for name, value := range row {
			if value == nil {
				value = false
			}
			with[name] = value
		}
		all = append(all, with)
	}
	return all
}

func (d *documented) collect(t *testing.T, database string) *estate.OdooServer {
	t.Helper()
	return Collect(t.Context(), Server{Name: "clinic", Environment: estate.Production, RPC: odoorpc.Options{
		URL: d.URL, Database: database, Login: "assess", Secret: "hush-5551234", Timeout: 10 * time.Second,
	}}, clock, func(string) {})
}

// Both protocols tell the same of the same rows.
func TestCollectOverJSON2(t *testing.T) {
	t.Parallel()
	d := newDocumented(t, clinic())
	got := d.collect(t, "clinic")
	require.Equal(t, estate.Known, got.Collected.Coverage, got.Collected.Problem)
	require.Equal(t, "20.0", got.Version.Value)
	require.Equal(t, "res.users context_get", d.asked[0])
	got.Version = estate.Know("common.version()", "14.0")
	want := newPeer(t, clinic()).collect(t)
	want.Collected, want.Host = got.Collected, got.Host
	require.Equal(t, want, got)
}

func TestJSON2Refusals(t *testing.T) {
	t.Parallel()
	models := without(clinic(), "queue.job", "fetchmail.server")
	m := models["ir.cron"]
	m.fault = "closed"
	models["ir.cron"] = m
	d := newDocumented(t, models)
	got := d.collect(t, "clinic")
	require.Equal(t, estate.Denied, got.Crons.Coverage)
	require.Contains(t, got.Crons.Grant, "Administration/Settings")
	require.Equal(t, estate.Absent, got.Inbound.Coverage)
	require.Equal(t, estate.Known, got.Views.Coverage)

	other := d.collect(t, "other")
	require.Contains(t, other.Collected.Problem, "does not have this database: other")
	d.key = "another"
	d.asked = nil
	refused := d.collect(t, "clinic")
	require.Equal(t, estate.Denied, refused.Collected.Coverage)
	require.Contains(t, refused.Collected.Problem, "takes an API key")
	require.Empty(t, d.asked)
	for _, one := range []*estate.OdooServer{got, other, refused} {
		saved, err := json.Marshal(one)
		require.NoError(t, err)
		require.NotContains(t, string(saved), "Testina")
		require.NotContains(t, string(saved), "5551234")
	}
}
