package edits_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/plan/edits"
)

// other is the night of another service.
func other() string { return strings.NewReplacer("erp", "lab", "stg", "lab").Replace(written) }

// mergeAll merges several runbooks as one plan does.
func mergeAll(t *testing.T, books []edits.Book, now ...string) []edits.Merged {
	t.Helper()
	texts := make([][]byte, len(now))
	for i := range now {
		texts[i] = []byte(now[i])
	}
	moved := edits.Find(books, texts)
	merged := make([]edits.Merged, len(books))
	for i := range books {
		if len(texts[i]) == 0 {
			continue
		}
		var err error
		merged[i], err = edits.Merge(books[i], texts[i], moved[i])
		require.NoError(t, err)
	}
	return merged
}

// TestEditsGoWithTheirService shows that a service that moves to another night takes people's edits of its steps along.
func TestEditsGoWithTheirService(t *testing.T) {
	t.Parallel()
	edited := change(t, written, "expected: 10s", "expected: 30s",
		"  - id: erp-filestore\n    title: Copy the filestore\n    owner: dba\n    needs:\n      - erp-stop\n    expected: 1m\n    deadline: 4m\n", "")
	books := []edits.Book{{Name: "wave-1", Written: []byte(written), Edited: edited}, {Name: "wave-2", Written: []byte(other()), Edited: []byte(other())}, {Name: "wave-3"}}

	swapped := mergeAll(t, books, other(), strings.Replace(written, "deadline: 20m", "deadline: 25m", 1), "")
	require.Equal(t, other(), string(swapped[0].Text), "nothing of a person's is in it")
	require.Contains(t, string(swapped[1].Text), "expected: 30s")
	require.Contains(t, string(swapped[1].Text), "deadline: 25m", "the planner's change comes, too")
	require.NotContains(t, string(swapped[1].Text), "erp-filestore", "a person took it out")
	require.Empty(t, swapped[0].Conflicts)
	require.Empty(t, swapped[1].Conflicts)

	fresh := mergeAll(t, books, other(), "", strings.Replace(written, "wave-1", "wave-3", 1))
	require.Contains(t, string(fresh[2].Text), "wave: wave-3")
	require.Contains(t, string(fresh[2].Text), "expected: 30s")
	require.NotContains(t, string(fresh[2].Text), "erp-filestore")

	still := mergeAll(t, books, written, other(), "")
	require.Equal(t, string(edited), string(still[0].Text), "to the byte")
}
