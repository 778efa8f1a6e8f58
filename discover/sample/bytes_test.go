package sample_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// metered counts what the server sends.
type metered struct {
	net.Conn
	bytes *atomic.Int64
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.bytes.Add(int64(n))
	return n, err
}

// TestBytes: of small tables and of large ones, what comes over the wire is 15 in 100 at most of what selecting the rows
// that were read from would bring.
func TestBytes(t *testing.T) {
	t.Parallel()
	const width = 12
	var fields, definitions, asked []string
	for i := range width {
		definitions = append(definitions, fmt.Sprintf("c%d varchar(40)", i))
		fields = append(fields, fmt.Sprintf("md5((i * %d)::text)", i+2))
		asked = append(asked, fmt.Sprintf("c%d character varying(40)", i))
	}
	for _, rows := range []int{500, 5000} {
		d := newDatabase(t, `CREATE TABLE t (`+strings.Join(definitions, ", ")+`)`,
			fmt.Sprintf(`INSERT INTO t SELECT %s FROM generate_series(1, %d) i`, strings.Join(fields, ", "), rows))
		var bytes atomic.Int64
		dial := cutter(d, func(int) int64 { return -1 })
		d.config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			return metered{conn, &bytes}, err
		}
		result, _ := d.collect(t, 0, columns("t", asked...))
		table := tableOf(t, result, "t")
		require.Empty(t, table.Problem)
		whole := table.Rows * (7 + width*(4+32)) // a row's message, with its columns' lengths and values
		t.Logf("%d rows: %d bytes, %.3f of %d whole rows", rows, bytes.Load(), float64(bytes.Load())/float64(whole), table.Rows)
		require.LessOrEqual(t, float64(bytes.Load()), 0.15*float64(whole), "%d rows", rows)
	}
}
