package picture

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestArrowsPassAboveBoxes: what passes over a wave runs above its boxes, two that meet on lanes of their own, and two that do
// not on one.
func TestArrowsPassAboveBoxes(t *testing.T) {
	t.Parallel()
	var pic Picture
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		pic.Columns = append(pic.Columns, Column{Wave: name, Boxes: []Box{{ID: name, Name: name}}})
	}
	pic.Arrows = []Arrow{{From: "a", To: "c"}, {From: "d", To: "a"}, {From: "c", To: "e"}, {From: "a", To: "b"}}
	spots, _, above := layout(pic)
	require.Equal(t, map[int]int{0: 0, 1: 1, 2: 0}, above)

	ways := regexp.MustCompile(`"M\d+,\d+ H\d+ V(\d+) H\d+ V\d+ H\d+"`).FindAllStringSubmatch(SVG(pic), -1)
	require.Len(t, ways, 3)
	for _, way := range ways {
		y, err := strconv.Atoi(way[1])
		require.NoError(t, err)
		require.Less(t, y, spots["b"].y)
		require.Greater(t, y, top)
	}
}
