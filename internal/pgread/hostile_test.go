package pgread_test

import (
	"bytes"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
)

// misbehaving is a server that lets everyone in and then does as it likes with the first query. A real one
// cannot be made to.
func misbehaving(t *testing.T, misbehave func(conn net.Conn, backend *pgproto3.Backend)) pgread.Config {
	t.Helper()
	port := serving(t, func(conn net.Conn) {
		backend := pgproto3.NewBackend(conn, conn)
		if _, err := backend.ReceiveStartupMessage(); err != nil {
			return
		}
		backend.Send(&pgproto3.AuthenticationOk{})
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		if backend.Flush() != nil {
			return
		}
		if _, err := backend.Receive(); err == nil {
			misbehave(conn, backend)
		}
	})
	return pgread.Config{Host: "127.0.0.1", Port: port, User: "x", TLS: pgread.TLS{Mode: "disable"},
		Limits: pgread.Limits{Connect: 500 * time.Millisecond, UnitBytes: 4 << 20, MessageBytes: 1 << 20}}
}

func TestHostileServers(t *testing.T) {
	t.Parallel()
	untilGone := func(conn net.Conn) {
		var discard [512]byte
		for {
			if _, err := conn.Read(discard[:]); err != nil {
				return
			}
		}
	}
	tests := []struct {
		name string
		want pgread.Kind
		do   func(conn net.Conn, backend *pgproto3.Backend)
	}{
		{"hangs", pgread.TimedOut, func(conn net.Conn, _ *pgproto3.Backend) { untilGone(conn) }},
		{"drops", pgread.Lost, func(net.Conn, *pgproto3.Backend) {}},
		{"floods with notices", pgread.Flooded, func(_ net.Conn, backend *pgproto3.Backend) {
			for {
				backend.Send(&pgproto3.NoticeResponse{Severity: "NOTICE", Message: string(bytes.Repeat([]byte("x"), 1<<16))})
				if backend.Flush() != nil {
					return
				}
			}
		}},
		{"announces a huge message", pgread.Flooded, func(conn net.Conn, _ *pgproto3.Backend) {
			_, _ = conn.Write([]byte{'D', 0x7f, 0xff, 0xff, 0xff})
			untilGone(conn)
		}},
		{"sends a negative length", pgread.Lost, func(conn net.Conn, _ *pgproto3.Backend) {
			_, _ = conn.Write([]byte{'D', 0xff, 0xff, 0xff, 0xff})
			untilGone(conn)
		}},
		{"tells a secret in an error", pgread.ServerError, func(conn net.Conn, backend *pgproto3.Backend) {
			backend.Send(&pgproto3.ErrorResponse{Severity: canary, Code: canary, Message: canary, Detail: canary, Hint: canary, Where: canary})
			backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
			_ = backend.Flush()
			untilGone(conn)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := pgread.Open(t.Context(), misbehaving(t, test.do))
			require.Error(t, err)
			require.Equal(t, test.want, pgread.KindOf(err), "%v", err)
			require.NotContains(t, err.Error(), canary)
			require.Less(t, time.Since(start), 5*time.Second)
		})
	}
}
