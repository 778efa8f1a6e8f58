package labelled

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCount(t *testing.T) {
	s, err := Load()
	require.NoError(t, err)
	for _, p := range Parts() {
		cols, hard, sens, also := 0, 0, 0, 0
		class := map[string]int{}
		lang := map[string]int{}
		for _, tt := range s.Of(p) {
			lang[tt.Language]++
			for _, c := range tt.Columns {
				cols++
				class[string(c.Class)]++
				if c.Hard { hard++ }
				if c.Class.IsSensitive() { sens++ }
				if len(c.Also) > 0 { also++ }
			}
		}
		t.Log(p, len(s.Of(p)), cols, "hard", hard, "sens", sens, "also", also, class, lang)
	}
}
