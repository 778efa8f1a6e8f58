package nightferry_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file or function beyond these lengths holds more than one thought. Tables
// make tests long, so only the code's functions are measured.
const (
	mostFileLines     = 700
	mostFunctionLines = 100
)

func TestSizes(t *testing.T) {
	t.Parallel()
	var long []string
	for path, source := range sources(t) {
		found, err := tooLong(path, source)
		require.NoError(t, err)
		long = append(long, found...)
	}
	require.Empty(t, long)
}

// sources reads every Go file of the project. go test caches a result until a
// file that the test read changes, so the tests of the whole house read it all.
func sources(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		files[path], err = os.ReadFile(path)
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(files), 5, "hardly a file was found: this test would hold nothing")
	return files
}

// tooLong returns a line for the file and for each function in it that is longer than allowed.
func tooLong(path string, source []byte) ([]string, error) {
	var long []string
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if n := set.File(file.Pos()).LineCount(); n > mostFileLines {
		long = append(long, fmt.Sprintf("%s has %d lines, at most %d", path, n, mostFileLines))
	}
	if strings.HasSuffix(path, "_test.go") {
		return long, nil
	}
	ast.Inspect(file, func(node ast.Node) bool {
		function, ok := node.(*ast.FuncDecl)
		if !ok {
			return true
		}
		begin, end := set.Position(function.Pos()), set.Position(function.End())
		if n := end.Line - begin.Line + 1; n > mostFunctionLines {
			long = append(long, fmt.Sprintf("%s: %s has %d lines, at most %d", begin, function.Name.Name, n, mostFunctionLines))
		}
		return true
	})
	return long, nil
}

func TestTooLong(t *testing.T) {
	t.Parallel()
	function := func(lines int) string { return "func f() {\n" + strings.Repeat("\t_ = 0\n", lines-2) + "}\n" }
	tests := map[string]struct {
		path, source string
		want         []string
	}{
		"as long as allowed": {"a.go", "package a\n" + function(100), nil},
		"a long function":    {"a.go", "package a\n" + function(101), []string{"a.go:2:1: f has 101 lines, at most 100"}},
		"a long test":        {"a_test.go", "package a\n" + function(101), nil},
		"a long file":        {"a_test.go", "package a\n" + strings.Repeat("\n", 700), []string{"a_test.go has 701 lines, at most 700"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tooLong(tt.path, []byte(tt.source))
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}
