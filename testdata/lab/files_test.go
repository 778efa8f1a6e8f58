package lab

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseMachine(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want Machine
		err  string
	}{
		"all it may say": {
			text: "# a comment\nPART=extra\nLAYER=base\nINSIDE=10.77.7.10\nFRONT=10.77.1.10\nALIASES='erp.clinic.example a.b'\nUSERS=\"assess ferry\"\n",
			want: Machine{
				Name: "m", Part: "extra", Inside: "10.77.7.10", Front: "10.77.1.10",
				Aliases: []string{"erp.clinic.example", "a.b"}, Users: []string{"assess", "ferry"},
			},
		},
		"defaults":  {text: "CLOUD=10.77.9.32\n", want: Machine{Name: "m", Cloud: "10.77.9.32", Users: []string{"assess"}}},
		"a program": {text: "LAYER=base\nFRONT=$(hostname -i)\n", err: "machines/m/machine.conf:2: not a plain assignment"},
		"no key":    {text: "true\n", err: "machines/m/machine.conf:1: not a plain assignment"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseMachine("m", tt.text)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// TestFiles holds that what the lab's files say can be read, with or without a lab.
func TestFiles(t *testing.T) {
	t.Parallel()
	machines, err := readMachines()
	require.NoError(t, err)
	for name, m := range machines {
		require.NotEmpty(t, m.SSH(), name)
	}
	canaries, err := ReadCanaries()
	require.NoError(t, err)
	for _, value := range canaries.Values() {
		require.GreaterOrEqual(t, len(value), 12, "a canary has to be long enough never to occur by chance: %q", value)
	}

	truth, err := ReadTruth()
	require.NoError(t, err)
	for _, m := range truth.Machines {
		require.Contains(t, machines, m.Name, "truth.yaml tells of a machine that is not there")
	}
}
