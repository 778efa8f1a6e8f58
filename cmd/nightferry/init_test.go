package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/engagement"
)

// TestSampleIsOfTheLab holds that the sample's scope is that of the lab it was recorded from.
func TestSampleIsOfTheLab(t *testing.T) {
	t.Parallel()
	lab, err := os.ReadFile("../../testdata/lab/engagement.yaml")
	require.NoError(t, err)
	sample, err := beginnings.ReadFile("sample/engagement.yaml")
	require.NoError(t, err)
	require.Equal(t, string(lab), string(sample), "record it again: testdata/lab/record-sample.sh")
}

func TestNameFor(t *testing.T) {
	t.Parallel()
	for dir, want := range map[string]string{
		"clinic-north": "clinic-north", "a/Clinic North 2": "clinic-north-2", "/": "engagement", "x/Ünï": "n", "x/con": "engagement", "x/...": "engagement",
	} {
		got := nameFor(dir)
		require.Equal(t, want, got, dir)
		require.NoError(t, engagement.CheckName(got))
	}
}

func TestTyped(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"a/b-c.d": "a/b-c.d", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "": "''"} {
		require.Equal(t, want, typed(word))
	}
}
