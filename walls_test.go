package nightferry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "nightferry/"

// room is a row of the table of packages: what it may import of ours. A path
// that ends in /... stands for the package and all below it. Rooms come before
// the rooms around them: the first row that matches a package is its own.
type room struct {
	path string
	may  []string
}

// rooms is the layout of the house. Nouns at the bottom, stages above them,
// adapters beside the stages, wiring at the top. A package without a row here
// has no place yet: give it one, or better, put its code where it belongs.
func rooms() []room {
	return []room{
		{"internal/estate", nil},
		{"internal/outcome", nil},
		{"internal/hardening", nil},
		{"internal/yamlfile", nil},
		{"internal/drift", []string{"internal/estate"}},
		{"internal/remote", []string{"internal/outcome"}},
		{"internal/engagement", []string{"internal/estate", "internal/outcome", "internal/yamlfile"}},
		{"internal/expr", []string{"internal/estate"}},
		{"internal/runbook", []string{"internal/estate", "internal/expr", "internal/outcome", "internal/yamlfile"}},
		{"internal/evidence", []string{"internal/estate"}},
		{"internal/pgread", []string{"internal/remote", "internal/outcome"}},
		{"internal/pgread/pgtest", []string{"internal/pgread"}}, // a cluster of its own, for tests
		{"internal/odoorpc", []string{"internal/remote", "internal/outcome"}},

		{"discover/sample", []string{"internal/estate", "internal/pgread", "classify/detect"}},
		{"discover/sheet", []string{"internal/estate"}},
		{"discover/cluster", []string{"discover", "internal/estate", "internal/yamlfile"}},
		{"discover/...", []string{"discover", "internal/estate", "internal/remote", "internal/pgread", "internal/odoorpc", "internal/outcome"}},

		{"classify/detect", []string{"internal/estate"}},
		{"classify/rules", []string{"internal/drift", "internal/estate", "internal/expr", "internal/yamlfile"}},
		{"classify/modules", []string{"internal/estate", "internal/yamlfile"}},
		{"classify/workload", []string{"internal/estate", "internal/expr", "internal/yamlfile"}},
		{"classify/tenancy", []string{"internal/estate", "internal/expr", "internal/yamlfile", "classify/workload"}},
		{"classify/recovery", []string{"internal/estate", "internal/expr", "internal/yamlfile", "classify/workload"}},
		{"classify/readiness", []string{"internal/estate", "internal/expr", "internal/yamlfile", "classify/workload"}},
		{"classify", []string{"internal/drift", "internal/estate", "internal/expr", "internal/yamlfile", "classify/..."}},

		{"plan/after", []string{"internal/estate", "classify", "classify/modules"}},
		{"plan/edits", []string{"internal/runbook", "internal/yamlfile"}},
		{"plan/problem", []string{"internal/estate"}},
		{"plan/verify", []string{"internal/estate", "plan/problem"}}, // nothing of the solver that it checks
		{"plan/picture", []string{"internal/estate", "plan"}},
		{"plan/...", []string{"plan/...", "internal/estate", "internal/expr", "internal/runbook", "internal/evidence", "classify"}},

		{"cutover", []string{"internal/estate", "internal/expr", "internal/runbook", "internal/evidence", "internal/outcome"}},
		{"cutover/journal", []string{"cutover"}},
		{"cutover/validate", validators()},
		{"cutover/baseline", validators()},
		{"cutover/action", append(validators(), "cutover", "internal/runbook", "cutover/validate", "cutover/baseline")},
		{"cutover/control", []string{"cutover", "internal/runbook", "internal/evidence"}},

		{"reports/...", append(readers(), "reports")},
		{"tui/...", append(readers(), "reports", "cutover/control", "tui/...")},

		{"cmd/nightferry", []string{"..."}},
		{"testdata/...", []string{"testdata/...", "internal/..."}},
	}
}

// validators lists what compares two live systems may import.
func validators() []string {
	return []string{"internal/estate", "internal/expr", "internal/evidence", "internal/remote", "internal/pgread", "internal/odoorpc", "internal/outcome"}
}

// readers lists what shows saved results may import: pure packages only.
func readers() []string {
	return []string{"internal/estate", "internal/runbook", "internal/evidence", "classify", "classify/modules", "classify/workload", "classify/tenancy", "classify/recovery", "classify/readiness",
		"plan", "cutover", "internal/outcome"}
}

// home says which of our packages may import a library. The others reach it
// through them.
type home struct {
	library string
	rooms   []string
}

func homes() []home {
	return []home{
		{"github.com/jackc/pgx/v5/...", []string{"internal/pgread/...", "cutover/..."}},
		{"github.com/kolo/xmlrpc", []string{"internal/odoorpc"}},
		{"golang.org/x/crypto/ssh/...", []string{"internal/remote", "cutover/..."}},
		{"github.com/hiddeco/sshsig", []string{"cutover/..."}},
		{"github.com/skeema/knownhosts", []string{"internal/remote"}},
		{"github.com/kevinburke/ssh_config", []string{"internal/remote"}},
		{"github.com/xuri/excelize/v2", []string{"reports/xlsx", "discover/sheet"}},
		{"github.com/charmbracelet/...", []string{"tui/...", "cmd/nightferry"}},
		{"github.com/expr-lang/expr/...", []string{"internal/expr"}},
		{"github.com/zalando/go-keyring", []string{"internal/engagement"}},
		{"github.com/spf13/cobra/...", []string{"cmd/nightferry"}},
		{"gonum.org/v1/gonum/...", []string{"plan/..."}},
		{"golang.org/x/perf/...", []string{"cutover/baseline"}},
		{"github.com/stretchr/testify/...", []string{"testdata/lab", "internal/pgread/pgtest"}},
	}
}

// ban says what rooms may not reach, not even through others.
type ban struct {
	rooms     []string
	libraries []string
	why       string
}

func bans() []ban {
	network := []string{"net", "net/http", "os/exec", "golang.org/x/crypto/ssh/...", "github.com/jackc/pgx/v5/...", "github.com/kolo/xmlrpc"}
	return []ban{
		{
			[]string{"internal/estate", "internal/expr", "internal/runbook", "internal/evidence", "classify/...", "plan/..."},
			network, "it is pure: the same input gives the same bytes, offline",
		},
		{
			[]string{"reports/...", "tui/..."},
			[]string{"golang.org/x/crypto/ssh/...", "github.com/jackc/pgx/v5/...", "github.com/kolo/xmlrpc"},
			"it shows what was saved and never asks a live system",
		},
	}
}

// parcel is what `go list` tells of one package.
type parcel struct {
	ImportPath string   `json:"ImportPath"`
	Imports    []string `json:"Imports"` // direct
	Deps       []string `json:"Deps"`    // all, however far
}

// TestWalls holds the table of packages against what is built.
func TestWalls(t *testing.T) {
	t.Parallel()
	sources(t) // go list reads them unseen by go test's cache
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,Deps", "./...", "./testdata/lab/...", "./testdata/labelled/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &stderr)
	var parcels []parcel
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p parcel
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		parcels = append(parcels, p)
	}
	require.Greater(t, len(parcels), 3, "go list found hardly anything: this test would hold nothing")
	require.Empty(t, bent(parcels), "walls are bent; the table is in walls_test.go")
}

// bent returns one line for each arrow that the table forbids.
func bent(parcels []parcel) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, p := range parcels {
		name, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue // the root holds tests only
		}
		i := slices.IndexFunc(rooms(), func(r room) bool { return covers(r.path, name) })
		if i < 0 {
			say("%s has no room in the table", name)
			continue
		}
		for _, imported := range p.Imports {
			target, ours := strings.CutPrefix(imported, module)
			if ours && !coveredBy(rooms()[i].may, target) {
				say("%s may not import %s", name, target)
			}
			for _, h := range homes() {
				if covers(h.library, imported) && !coveredBy(h.rooms, name) {
					say("%s may not import %s: its home is %s", name, imported, strings.Join(append(h.rooms, "tests"), ", "))
				}
			}
		}
		for _, b := range bans() {
			for _, reached := range p.Deps {
				if coveredBy(b.rooms, name) && coveredBy(b.libraries, reached) {
					say("%s may not reach %s: %s", name, reached, b.why)
				}
			}
		}
	}
	return lines
}

// covers says whether the pattern names the path.
func covers(pattern, path string) bool {
	if pattern == "..." {
		return true
	}
	if base, tree := strings.CutSuffix(pattern, "/..."); tree {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

func coveredBy(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return covers(pattern, path) })
}

// TestBent shows that a bent wall is seen, for each kind of wall.
func TestBent(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		parcel parcel
		want   []string
	}{
		"straight": {
			parcel{ImportPath: "nightferry/discover/host", Imports: []string{"nightferry/discover", "nightferry/internal/remote", "net"}},
			nil,
		},
		"an arrow upwards": {
			parcel{ImportPath: "nightferry/internal/estate", Imports: []string{"nightferry/discover"}},
			[]string{"internal/estate may not import discover"},
		},
		"a collector that imports another": {
			parcel{ImportPath: "nightferry/discover/host", Imports: []string{"nightferry/discover/odoo"}},
			[]string{"discover/host may not import discover/odoo"},
		},
		"no room": {
			parcel{ImportPath: "nightferry/internal/utils"},
			[]string{"internal/utils has no room in the table"},
		},
		"a library away from home": {
			parcel{ImportPath: "nightferry/discover/odoo", Imports: []string{"github.com/kolo/xmlrpc"}},
			[]string{"discover/odoo may not import github.com/kolo/xmlrpc: its home is internal/odoorpc, tests"},
		},
		"network reached through another": {
			parcel{ImportPath: "nightferry/plan/verify", Deps: []string{"fmt", "net/http", "net/netip"}},
			[]string{"plan/verify may not reach net/http: it is pure: the same input gives the same bytes, offline"},
		},
		"a report that asks a database": {
			parcel{ImportPath: "nightferry/reports/xlsx", Deps: []string{"net", "github.com/jackc/pgx/v5/pgconn"}},
			[]string{"reports/xlsx may not reach github.com/jackc/pgx/v5/pgconn: it shows what was saved and never asks a live system"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, bent([]parcel{tt.parcel}))
		})
	}
}
