package odoorpc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkPage is our own cost of a page of 1,000 rows of ir.model.fields, six fields each.
func BenchmarkPage(b *testing.B) {
	var rows strings.Builder
	for id := range 1000 {
		fmt.Fprintf(&rows, "<value><struct>\n<member>\n<name>id</name>\n<value><int>%d</int></value>\n</member>\n", id+1)
		for _, field := range []string{"name", "model", "ttype", "relation", "field_description"} {
			fmt.Fprintf(&rows, "<member>\n<name>%s</name>\n<value><string>synthetic value</string></value>\n</member>\n", field)
		}
		rows.WriteString("<member>\n<name>store</name>\n<value><boolean>1</boolean></value>\n</member>\n</struct></value>\n")
	}
	body := []byte(respond("<value><array><data>\n" + rows.String() + "</data></array></value>"))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := guard(body)
		require.NoError(b, err)
		answer, err := decode(body)
		require.NoError(b, err)
		require.Len(b, answer, 1000)
	}
}

// BenchmarkGuard is what the guard adds to that.
func BenchmarkGuard(b *testing.B) {
	body := []byte(respond("<value><array><data>" + strings.Repeat("<value><string>synthetic value</string></value>\n", 20_000) + "</data></array></value>"))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		_, err := guard(body)
		require.NoError(b, err)
	}
}
