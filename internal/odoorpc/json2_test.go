package odoorpc

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bare is a server without XML-RPC that answers /web/version, and everything else with handle.
func bare(t *testing.T, handle http.HandlerFunc, change func(*Options)) *Client {
	t.Helper()
	return hostile(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/xmlrpc/"):
			http.Error(w, "gone", http.StatusMethodNotAllowed)
		case r.URL.Path == "/web/version":
			sayJSON(w, http.StatusOK, `{"version_info": [20, 0, 0, "final", 0, ""], "version": "20.0-20270101"}`)
		default:
			handle(w, r)
		}
	}, change)
}

func sayJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func TestJSON2IsSpokenWhereXMLRPCIsAbsent(t *testing.T) {
	t.Parallel()
	var asked []string
	c := bare(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, r.URL.Path+" "+string(body))
		if r.Header.Get("Authorization") != "bearer not-a-secret-5551234" || r.Header.Get("X-Odoo-Database") != "clinic" {
			http.Error(w, "no", http.StatusTeapot)
			return
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/context_get"):
			sayJSON(w, http.StatusOK, `{"lang": "en_US", "uid": 7}`)
		case strings.HasSuffix(r.URL.Path, "/search_count"):
			sayJSON(w, http.StatusOK, `41`)
		default:
			sayJSON(w, http.StatusOK, `[{"id": 3, "name": false}, {"id": 5, "name": "a\u202eb"}]`)
		}
	}, nil)
	version, err := c.Version(t.Context())
	require.NoError(t, err)
	require.Equal(t, "20.0", version)
	s := login(t, c)
	require.EqualValues(t, 7, s.UserID())
	n, err := s.Count(t.Context(), "res.users")
	require.NoError(t, err)
	require.EqualValues(t, 41, n)
	var names []string
	_, err = s.Each(t.Context(), Query{Model: "res.users", Fields: []string{"name"}}, func(r Row) { names = append(names, r.Text("name")) })
	require.NoError(t, err)
	require.Equal(t, []string{"", "ab"}, names)
	require.Equal(t, []string{
		`/json/2/res.users/context_get {}`,
		`/json/2/res.users/search_count {"context":{"active_test":false,"lang":"en_US"},"domain":[]}`,
		`/json/2/res.users/search_read {"context":{"active_test":false,"lang":"en_US"},"domain":[["id","\u003e",0]],"fields":["name"],"limit":1000,"order":"id"}`,
	}, asked)
	_, err = s.execute(t.Context(), "res.users", "unlink", []any{}, map[string]any{})
	require.ErrorContains(t, err, "not one that nightferry may call")
	require.Len(t, asked, 3)

	loggedIn := login(t, bare(t, func(w http.ResponseWriter, _ *http.Request) { sayJSON(w, http.StatusOK, `{"uid": 7}`) }, nil))
	require.True(t, loggedIn.json2, "also without asking for the version first")
}

func TestJSON2PagesById(t *testing.T) {
	t.Parallel()
	c := bare(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.HasSuffix(r.URL.Path, "/context_get"):
			sayJSON(w, http.StatusOK, `{"uid": 7}`)
		case strings.Contains(string(body), `",0]`):
			sayJSON(w, http.StatusOK, `[{"id": 3}, {"id": 5}]`)
		case strings.Contains(string(body), `",5]`):
			sayJSON(w, http.StatusOK, `[{"id": 8}, {"id": 9}]`)
		default:
			sayJSON(w, http.StatusOK, `[]`)
		}
	}, func(o *Options) { o.PageRows = 2 })
	var ids []int64
	truncated, err := login(t, c).Each(t.Context(), Query{Model: "res.users", Fields: []string{"name"}}, func(r Row) { ids = append(ids, r.Int("id")) })
	require.NoError(t, err)
	require.False(t, truncated)
	require.Equal(t, []int64{3, 5, 8, 9}, ids)
}

func TestJSON2Failures(t *testing.T) {
	t.Parallel()
	const patient = "Testina Synthetix"
	object := func(name, message string) string {
		return `{"name": "` + name + `", "message": "` + message + `", "arguments": ["` + patient + `"], "context": {}, "debug": "Traceback ` + patient + `"}`
	}
	tests := map[string]struct {
		status int
		body   string
		kind   Kind
		says   string
	}{
		"invalid key":     {401, object("werkzeug.exceptions.Unauthorized", "Invalid apikey"), WrongLogin, "takes an API key"},
		"denied":          {403, object("odoo.exceptions.AccessError", patient+` groups:\n\t- Administration/Settings\n`), Denied, "ir.cron"},
		"access denied":   {403, object("odoo.exceptions.AccessDenied", patient), WrongLogin, ""},
		"cool-down":       {403, object("odoo.exceptions.AccessDenied", "Too many login failures, please wait"), CoolDown, ""},
		"too many":        {429, object("werkzeug.exceptions.TooManyRequests", patient), CoolDown, ""},
		"no model":        {404, object("werkzeug.exceptions.NotFound", "the model 'ir.cron' does not exist"), NoModel, "ir.cron"},
		"no method":       {404, object("werkzeug.exceptions.NotFound", "the method 'x' does not exist on the model 'ir.cron'"), ServerFault, "HTTP 404"},
		"a traceback":     {500, object("builtins.ValueError", patient), ServerFault, "HTTP 500"},
		"error is a list": {500, `["` + patient + `"]`, ServerFault, "HTTP 500"},
		"names are lists": {500, `{"name": [], "message": {}}`, ServerFault, "HTTP 500"},
		"deep":            {200, strings.Repeat("[", 400_000), BadAnswer, "nested deeper than 64"},
		"deep tables":     {200, strings.Repeat(`{"a":`, 400_000), BadAnswer, "nested deeper"},
		"many values":     {200, "[" + strings.Repeat("1,", 1_000_000) + "1]", BadAnswer, "more than 600000 values"},
		"truncated":       {200, `[{"id": 1`, BadAnswer, ""},
		"goes on":         {200, `[] []`, BadAnswer, "after its end"},
		"nothing":         {200, ``, BadAnswer, ""},
		"no list":         {200, `"` + patient + `"`, BadAnswer, "not a list"},
		"rows of numbers": {200, `[1]`, BadAnswer, "not a table"},
		"huge number":     {200, `[{"id": 1e999}]`, BadAnswer, "beyond all measure"},
		"wrong type":      {200, `[{"id": "1", "name": 5}]`, BadAnswer, "not a whole number"},
		"null for a row":  {200, `[null]`, BadAnswer, "not a table"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			c := bare(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/context_get") {
					sayJSON(w, http.StatusOK, `{"uid": 7}`)
					return
				}
				calls++
				sayJSON(w, tt.status, tt.body)
			}, nil)
			s := login(t, c)
			_, err := s.Each(t.Context(), Query{Model: "ir.cron", Fields: []string{"name"}}, func(Row) {})
			require.ErrorIs(t, err, tt.kind)
			require.ErrorContains(t, err, tt.says)
			require.NotContains(t, err.Error(), patient)
			require.NotContains(t, err.Error(), "not-a-secret")
			require.Equal(t, 1, calls, "nothing is tried again")
		})
	}
}

func TestJSON2HostileTransports(t *testing.T) {
	t.Parallel()
	elsewhere := 0
	other := hostile(t, func(http.ResponseWriter, *http.Request) { elsewhere++ }, nil)
	tests := map[string]struct {
		handle http.HandlerFunc
		kind   Kind
	}{
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.Address()+"/json/2/res.users/context_get", http.StatusTemporaryRedirect)
		}, Redirected},
		"redirect that calls itself JSON": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other.Address())
			sayJSON(w, http.StatusPermanentRedirect, `{"uid": 7}`)
		}, Redirected},
		"10 MB of HTML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.Copy(w, io.LimitReader(zeroes{}, 10<<20))
		}, NotOdoo},
		"a flood": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.Copy(w, io.LimitReader(zeroes{}, 64<<20))
		}, TooLarge},
		"never answers": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, TimedOut},
		"nobody's key": {func(w http.ResponseWriter, _ *http.Request) { sayJSON(w, http.StatusOK, `{"uid": false}`) }, BadAnswer},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := bare(t, tt.handle, func(o *Options) { o.Timeout, o.MaxBytes = time.Second, 4<<20 }).Login(t.Context())
			require.ErrorIs(t, err, tt.kind)
			require.Less(t, time.Since(start), 4*time.Second)
		})
	}
	t.Cleanup(func() { require.Zero(t, elsewhere, "the key goes to the named host alone") })
}

// A server that serves neither protocol is told by what it said first.
func TestNeitherProtocol(t *testing.T) {
	t.Parallel()
	c := hostile(t, http.NotFound, nil)
	_, err := c.Version(t.Context())
	require.ErrorIs(t, err, NotOdoo)
	require.ErrorContains(t, err, "HTTP status 404")
	_, err = c.Login(t.Context())
	require.ErrorIs(t, err, NotOdoo)
}

func TestJSONDepthStaysSmall(t *testing.T) {
	body := []byte(strings.Repeat("[", 16<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := decodeJSON(body)
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "nested deeper")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(`[{"id": 1, "name": "x", "f": 1.5, "m": [1, "y"], "n": null}]`))
	f.Add([]byte(strings.Repeat("[", 100)))
	f.Fuzz(func(t *testing.T, body []byte) {
		answer, err := decodeJSON(body)
		if err != nil {
			require.Nil(t, answer)
		}
	})
}
