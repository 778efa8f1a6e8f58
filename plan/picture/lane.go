package picture

import "fmt"

// laneStep is the room of a lane with its label, in pixels.
const laneStep = 18

// lane is where an arrow that passes over columns runs: above the boxes, so that it is behind none of them.
type lane struct{ at, left, right int }

// lanes gives each arrow between services that passes over a column a lane, by its place in the list. Arrows that do not
// meet share one.
func lanes(pic Picture, columns map[string]int) map[int]int {
	var taken []lane
	at := map[int]int{}
	for i, a := range pic.Arrows {
		left, right := min(columns[a.From], columns[a.To]), max(columns[a.From], columns[a.To])
		if pic.Grouped || right-left < 2 {
			continue
		}
		free := 0
		for meets(taken, free, left, right) {
			free++
		}
		taken, at[i] = append(taken, lane{free, left, right}), free
	}
	return at
}

func meets(taken []lane, at, left, right int) bool {
	for _, l := range taken {
		if l.at == at && left < l.right && l.left < right {
			return true
		}
	}
	return false
}

// over draws an arrow along its lane: out of the side of its box, up the gap between the columns, across, and down.
func over(a Arrow, from, to spot, at int) string {
	out, in := 14+3*at, 20+3*at
	x1, x2, g1, g2 := from.x+boxWidth, to.x, from.x+boxWidth+out, to.x-in
	if from.column > to.column {
		x1, x2, g1, g2 = from.x, to.x+boxWidth, from.x-out, to.x+boxWidth+in
	}
	y1, y2, y := from.y+boxHeight/4, to.y+boxHeight/4, top+laneStep*(at+1)
	return stroke(a, fmt.Sprintf("M%d,%d H%d V%d H%d V%d H%d", x1, y1, g1, y, g2, y2, x2), (g1+g2)/2, y-3)
}
