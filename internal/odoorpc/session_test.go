package odoorpc

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func login(t *testing.T, c *Client) *Session {
	t.Helper()
	s, err := c.Login(t.Context())
	require.NoError(t, err)
	return s
}

func TestOnlyReadingMethodsAreSent(t *testing.T) {
	t.Parallel()
	p := newPeer(t, map[string]string{"authenticate": intAnswer(7), "unlink": intAnswer(1)})
	s := login(t, p.client(t, nil))
	_, err := s.execute(t.Context(), "res.users", "unlink", []any{}, map[string]any{})
	require.ErrorContains(t, err, "not one that nightferry may call")
	require.Equal(t, []string{"authenticate"}, p.asked())
	for _, method := range Methods() {
		require.True(t, method == "fields_get" || method == "formatted_read_group" || strings.HasPrefix(method, "search") || strings.HasPrefix(method, "read"), method)
	}
}

func TestEachPagesById(t *testing.T) {
	t.Parallel()
	pages := []string{rowsAnswer(3, 5), rowsAnswer(9, 12), rowsAnswer(13)}
	var sent []string
	c := hostile(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/xml")
		if strings.Contains(string(body), "authenticate") {
			_, _ = io.WriteString(w, intAnswer(7))
			return
		}
		sent = append(sent, string(body))
		_, _ = io.WriteString(w, pages[len(sent)-1])
	}, func(o *Options) { o.PageRows = 2 })
	s := login(t, c)
	var ids []int64
	truncated, err := s.Each(t.Context(), Query{Model: "res.users", Fields: []string{"name"}}, func(r Row) {
		ids = append(ids, r.Int("id"))
		require.Equal(t, "row", r.Text("name"))
	})
	require.NoError(t, err)
	require.False(t, truncated)
	require.Equal(t, []int64{3, 5, 9, 12, 13}, ids)
	for i, after := range []string{"0", "5", "12"} {
		require.Contains(t, sent[i], "<value><string>id</string></value><value><string>&gt;</string></value><value><int>"+after+"</int></value>")
		require.Contains(t, sent[i], "<name>active_test</name><value><boolean>0</boolean></value>")
	}
}

func TestEachDoesNotTrustPages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		page      string
		says      string
		truncated bool
		rows      int
	}{
		"same page for ever": {rowsAnswer(1, 2), "order of their ids", false, 2},
		"more than asked":    {rowsAnswer(1, 2, 3), "more rows came", false, 0},
		"ids backwards":      {rowsAnswer(2, 1), "order of their ids", false, 1},
		"id is a text":       {strings.ReplaceAll(rowsAnswer(1, 2), "int>", "string>"), "not a whole number", false, 1},
		"nothing":            {rowsAnswer(), "", false, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t, map[string]string{"authenticate": intAnswer(7), "search_read": tt.page})
			s := login(t, p.client(t, func(o *Options) { o.PageRows = 2 }))
			rows := 0
			truncated, err := s.Each(t.Context(), Query{Model: "res.users", Fields: []string{"name"}}, func(Row) { rows++ })
			if tt.says != "" {
				require.ErrorIs(t, err, BadAnswer)
				require.ErrorContains(t, err, tt.says)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, tt.truncated, truncated)
			require.Equal(t, tt.rows, rows)
		})
	}
}

func TestEachStopsAtTheLimit(t *testing.T) {
	t.Parallel()
	p := newPeer(t, map[string]string{"authenticate": intAnswer(7), "search_read": rowsAnswer(1, 2)})
	s := login(t, p.client(t, func(o *Options) { o.PageRows, o.MaxRows = 2, 2 }))
	truncated, err := s.Each(t.Context(), Query{Model: "res.users", Fields: []string{"name"}}, func(Row) {})
	require.NoError(t, err)
	require.True(t, truncated)
	_, err = s.Each(t.Context(), Query{Model: "res.users"}, func(Row) {})
	require.ErrorContains(t, err, "no fields were named")
}

func TestFieldsCountAndGroups(t *testing.T) {
	t.Parallel()
	p := newPeer(t, map[string]string{
		"authenticate": intAnswer(7),
		"fields_get":   respond("<value><struct><member><name>name</name><value><struct/></value></member><member><name>active</name><value/></member></struct></value>"),
		"search_count": intAnswer(41),
		"read_group": respond("<value><array><data><value><struct><member><name>type</name><value><string>binary</string></value></member>" +
			"<member><name>type_count</name><value><int>600</int></value></member>" +
			"<member><name>file_size</name><value><double>5000000.5</double></value></member></struct></value></data></array></value>"),
	})
	s := login(t, p.client(t, nil))
	fields, err := s.Fields(t.Context(), "res.users")
	require.NoError(t, err)
	require.True(t, slices.Equal([]string{"active", "name"}, fields))
	n, err := s.Count(t.Context(), "res.users", Is("active", "=", true))
	require.NoError(t, err)
	require.EqualValues(t, 41, n)
	var bytes float64
	err = s.Groups(t.Context(), Query{Model: "ir.attachment", Fields: []string{"file_size:avg"}}, "type", func(r Row) {
		bytes += float64(r.Int("type_count")) * r.Float("file_size")
	})
	require.NoError(t, err)
	require.InDelta(t, 3_000_000_300, bytes, 0.5)

	wrong := newPeer(t, map[string]string{"authenticate": intAnswer(7), "fields_get": intAnswer(1), "search_count": rowsAnswer(1), "read_group": intAnswer(1)})
	s = login(t, wrong.client(t, nil))
	_, err = s.Fields(t.Context(), "res.users")
	require.ErrorIs(t, err, BadAnswer)
	_, err = s.Count(t.Context(), "res.users")
	require.ErrorIs(t, err, BadAnswer)
	require.ErrorIs(t, s.Groups(t.Context(), Query{Model: "x"}, "type", func(Row) {}), BadAnswer)
}
