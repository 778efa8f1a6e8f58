package postgres_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

// tap stands between the collector and a real server: it notes connections and statements, and can misbehave.
type tap struct {
	server string // path of the real server's socket
	port   int
	// answer says what becomes of a message of the server, counted from 1 over all connections; nil passes all on.
	// What it returns is sent instead; a false ok hangs up.
	answer func(n int64, client net.Conn, message []byte) (instead []byte, ok bool)

	messages atomic.Int64

	mu         sync.Mutex
	statements map[string]bool
	databases  []string // of each connection, in order
	open, most int
}

func newTap(tb testing.TB, c *pgtest.Cluster) *tap {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	tb.Cleanup(func() { listener.Close() })
	t := &tap{server: filepath.Join(c.Dir, ".s.PGSQL."+strconv.Itoa(c.Port)), port: listener.Addr().(*net.TCPAddr).Port, statements: map[string]bool{}}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go t.serve(client)
		}
	}()
	return t
}

// config reads a database through the tap.
func (t *tap) config(database, role string) pgread.Config {
	return pgread.Config{Host: "127.0.0.1", Port: t.port, Database: database, User: role, TLS: pgread.TLS{Mode: "disable"}}
}

func (t *tap) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", t.server)
	if err != nil {
		return
	}
	defer server.Close()
	startup, err := frame(client, 0)
	if err != nil {
		return
	}
	if _, err := server.Write(startup); err != nil {
		return
	}
	if binary.BigEndian.Uint32(startup[4:]) != 196608 { // a request to cancel: no session
		_, _ = io.Copy(client, server)
		return
	}
	defer t.enter(startup)()
	go func() {
		defer server.Close()
		for {
			message, err := frame(client, 1)
			if err != nil {
				return
			}
			t.note(message)
			if _, err := server.Write(message); err != nil {
				return
			}
		}
	}()
	for {
		message, err := frame(server, 1)
		if err != nil {
			return
		}
		if n := t.messages.Add(1); t.answer != nil {
			var ok bool
			if message, ok = t.answer(n, client, message); !ok {
				return
			}
		}
		if _, err := client.Write(message); err != nil {
			return
		}
	}
}

// enter notes a session, and returns what notes its end.
func (t *tap) enter(startup []byte) (leave func()) {
	t.settle()
	t.mu.Lock()
	defer t.mu.Unlock()
	words := bytes.Split(startup[8:], []byte{0})
	for i := 0; i+1 < len(words); i += 2 {
		if string(words[i]) == "database" {
			t.databases = append(t.databases, string(words[i+1]))
		}
	}
	t.open++
	t.most = max(t.most, t.open)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.open--
	}
}

// settle waits a moment for a session that has said farewell to be gone: that is told by another goroutine.
func (t *tap) settle() {
	tick, limit := time.NewTicker(5*time.Millisecond), time.After(2*time.Second)
	defer tick.Stop()
	for {
		t.mu.Lock()
		open := t.open
		t.mu.Unlock()
		if open < 2 {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			return
		}
	}
}

// note keeps the text of a Parse message: name, text.
func (t *tap) note(message []byte) {
	if message[0] != 'P' {
		return
	}
	words := bytes.SplitN(message[5:], []byte{0}, 3)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.statements[string(words[1])] = true
}

// frame reads one message; the first of a client has no type before its length.
func frame(r io.Reader, typed int) ([]byte, error) {
	head := make([]byte, typed+4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	message := make([]byte, typed+int(binary.BigEndian.Uint32(head[typed:])))
	copy(message, head)
	_, err := io.ReadFull(r, message[len(head):])
	return message, err
}
