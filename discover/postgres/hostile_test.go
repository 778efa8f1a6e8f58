package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover/postgres"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

// TestExplainPrintsEverything: each statement that reaches the server was printed.
func TestExplainPrintsEverything(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	c.Exec(t, name, schema...)
	tap := newTap(t, c)
	config := tap.config(name, "postgres")
	config.AllowSuperuser = true
	collect(t, config)
	printed := postgres.Explain()
	require.Greater(t, len(tap.statements), 30)
	for statement := range tap.statements {
		if statement != "ROLLBACK" {
			require.Contains(t, printed, strings.TrimSpace(statement))
		}
	}
}

// TestTwoConnections: however many databases, each is connected to once, and never more than two at a time.
func TestTwoConnections(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	var names []string
	for range 6 {
		names = append(names, c.Database(t, ""))
	}
	tap := newTap(t, c)
	config := tap.config(names[0], "postgres")
	config.AllowSuperuser = true
	server := collect(t, config)
	for _, name := range names {
		require.Equal(t, estate.Known, database(t, server, name).Features.Coverage)
		require.Equal(t, 1, count(tap.databases, name), name)
	}
	require.LessOrEqual(t, tap.most, 2)
}

func count(names []string, wanted string) int {
	return len(slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name != wanted }))
}

// victim is a server of one database with something in it, and how many messages it takes to read it.
func victim(t *testing.T) (c *pgtest.Cluster, config func(*tap) pgread.Config, messages int64) {
	t.Helper()
	c = pgtest.Shared(t)
	name := c.Database(t, "")
	c.Exec(t, name, `CREATE TABLE patient (id serial PRIMARY KEY, name text)`)
	role := "v_" + name[len("testhostile"):]
	role = strings.NewReplacer(`"`, "").Replace(role)
	c.Exec(t, name, `CREATE ROLE `+pgread.Ident(role)+` LOGIN`)
	t.Cleanup(func() { c.Exec(t, name, `DROP ROLE `+pgread.Ident(role)) })
	config = func(tap *tap) pgread.Config { return tap.config(name, role) }
	counting := newTap(t, c)
	session, err := pgread.Open(t.Context(), config(counting))
	require.NoError(t, err)
	session.Close(t.Context())
	return c, config, counting.messages.Load()
}

// missed lists the sections of a server that were tried and not read, for another reason than a missing right.
func missed(server estate.PostgresServer, database string) []string {
	var names []string
	look := func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			field := v.Field(i)
			if field.Kind() != reflect.Struct || !field.FieldByName("Coverage").IsValid() {
				continue
			}
			switch estate.Coverage(field.FieldByName("Coverage").String()) {
			case estate.Known, estate.Denied, estate.Absent:
			default:
				names = append(names, prefix+v.Type().Field(i).Name)
			}
		}
	}
	look("", reflect.ValueOf(server))
	for _, d := range server.Databases.Value {
		if d.Name != database { // other tests drop theirs meanwhile
			continue
		}
		look(d.Name+".", reflect.ValueOf(d))
	}
	return names
}

// TestHostileDrops: a connection that breaks at any message costs the section that was being read, and no other.
func TestHostileDrops(t *testing.T) {
	t.Parallel()
	c, config, _ := victim(t)
	for at := int64(1); at <= 700; at += 37 {
		tap := newTap(t, c)
		tap.answer = func(n int64, _ net.Conn, message []byte) ([]byte, bool) { return message, n != at }
		server := collect(t, config(tap))
		if tap.messages.Load() < at {
			break // it was read before
		}
		if !server.Collected.Coverage.IsKnown() {
			require.Less(t, at, int64(40), "only while it connects may all be lost")
			continue
		}
		lost := missed(server, config(tap).Database)
		require.LessOrEqual(t, len(lost), 1, "broken at message %d: %v", at, lost)
	}
}

// TestHostileServers: whatever the server does in the middle, the reading ends by its deadline, within bounds.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	row := []byte("D\x00\x00\x00\x17\x00\x04\x00\x00\x00\x01x\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	var rows, notices []byte
	for range 1000 {
		rows = append(rows, row...)
		notices = append(notices, []byte("N\x00\x00\x00\x0bSNOTE\x00\x00")...)
	}
	endless := func(what []byte) func(net.Conn) {
		return func(client net.Conn) {
			for {
				if _, err := client.Write(what); err != nil {
					return
				}
			}
		}
	}
	tests := []struct {
		name string
		do   func(client net.Conn)
		want estate.Coverage // of what was being read; empty for any that is not known
	}{
		{"hangs", func(client net.Conn) { _, _ = client.Read(make([]byte, 1)); _, _ = client.Read(make([]byte, 1)) }, ""},
		{"floods with rows", endless(rows), estate.Failed},
		{"floods with notices", endless(notices), estate.Failed},
		{"says a length of two gigabytes", func(client net.Conn) { _, _ = client.Write([]byte("D\x7f\xff\xff\xff")) }, estate.Failed},
		{"says a negative length", func(client net.Conn) { _, _ = client.Write([]byte("D\xff\xff\xff\xff")) }, estate.Failed},
		{"says more columns than come", func(client net.Conn) { _, _ = client.Write([]byte("D\x00\x00\x00\x06\xff\xff")) }, estate.Failed},
		{"sends noise", func(client net.Conn) { _, _ = client.Write(bytes.Repeat([]byte{0x9f}, 4096)) }, estate.Failed},
	}
	c, config, before := victim(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { // one by one, for the memory
			tap := newTap(t, c)
			settings := before + 20 // in the middle of the settings' rows
			tap.answer = func(n int64, client net.Conn, message []byte) ([]byte, bool) {
				if n != settings {
					return message, true
				}
				test.do(client)
				return nil, false
			}
			const deadline = 8 * time.Second
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			runtime.GC()
			var was, is runtime.MemStats
			runtime.ReadMemStats(&was)
			began := time.Now()
			server := postgres.Collector{Name: "db", Config: config(tap), Now: clock}.Collect(ctx, func(string) {})
			runtime.ReadMemStats(&is)
			require.Less(t, time.Since(began), deadline+time.Second)
			require.Less(t, is.HeapSys-min(was.HeapSys, is.HeapSys), uint64(256<<20))
			require.False(t, server.Settings.Coverage.IsKnown())
			if test.want != "" {
				require.Equal(t, test.want, server.Settings.Coverage, server.Settings.Problem)
				require.Equal(t, estate.Known, server.Roles.Coverage, "the rest is complete: %s", server.Roles.Problem)
				require.Equal(t, estate.Known, server.Databases.Coverage)
			}
		})
	}
}

// TestHostileDeadline: a server that hangs at every message, and one that drips, are left by the deadline.
func TestHostileDeadline(t *testing.T) {
	t.Parallel()
	c, config, before := victim(t)
	for _, at := range []int64{1, 3, before, before + 7, before + 40} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			tap := newTap(t, c)
			tap.answer = func(n int64, client net.Conn, message []byte) ([]byte, bool) {
				if n >= at {
					_, _ = client.Read(make([]byte, 1<<20)) // until the client goes
					return nil, false
				}
				return message, true
			}
			const deadline = time.Second
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			began := time.Now()
			server := postgres.Collector{Name: "db", Config: config(tap), Now: clock}.Collect(ctx, func(string) {})
			require.Less(t, time.Since(began), deadline+time.Second)
			require.False(t, server.Collected.Coverage.IsKnown())
		})
	}
}
