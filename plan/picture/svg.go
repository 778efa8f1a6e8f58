package picture

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"
)

// Measures of the drawing, in pixels.
const (
	boxWidth, boxHeight = 240, 44
	columnStep, rowStep = 430, 78
	marginX, top        = 30, 100
	arcStep             = 40 // from the arc of one distance to that of the next
	lettersABox         = 30
)

// spot is the upper left corner of a box.
type spot struct{ column, x, y int }

// SVG draws the picture: a column a wave, from left to right.
func SVG(pic Picture) string {
	spots, rows, above := layout(pic)
	width, height := 2*marginX+max(2, len(pic.Columns))*columnStep, top+rows*rowStep+20
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height, width, height)
	b.WriteString("<title>Waves and dependencies</title>\n" +
		`<defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto" markerUnits="userSpaceOnUse"><path d="M0,0 L9,4 L0,8 z" fill="#333"/></marker></defs>` + "\n" +
		`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	half := strings.Index(legend, " Thicker")
	fmt.Fprintf(&b, `<text x="%d" y="22">%s</text><text x="%d" y="38">%s</text>`+"\n", marginX, escaped(legend[:half]), marginX, escaped(legend[half+1:]))
	for i, c := range pic.Columns {
		x := marginX + i*columnStep
		fmt.Fprintf(&b, `<text x="%d" y="68" font-size="15" font-weight="bold">%s</text><text x="%d" y="86">%s</text>`+"\n", x, escaped(shortened(c.Wave)), x, whole(c.Title))
	}
	for i, a := range pic.Arrows {
		from, to := spots[a.From], spots[a.To]
		at, passes := above[i]
		switch {
		case passes:
			b.WriteString(over(a, from, to, at))
		case pic.Grouped && from.column != to.column:
			b.WriteString(arc(a, from, to))
		default:
			b.WriteString(curve(a, from, to))
		}
	}
	for _, c := range pic.Columns {
		for _, box := range c.Boxes {
			at := spots[box.ID]
			fmt.Fprintf(&b, `<g><rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="#f4f6f8" stroke="#333"/><text x="%d" y="%d" font-weight="bold">%s</text><text x="%d" y="%d">%s</text></g>`+"\n",
				at.x, at.y, boxWidth, boxHeight, at.x+8, at.y+18, whole(box.Name), at.x+8, at.y+35, whole(box.kind()))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// layout gives each box its spot, and each arrow that passes over columns its lane above them. Within a column those come
// first that are tied to what stands high on the left. Groups leave room above and below for their arcs.
func layout(pic Picture) (spots map[string]spot, rows int, above map[int]int) {
	tied := map[string][]string{}
	for _, a := range pic.Arrows {
		tied[a.From], tied[a.To] = append(tied[a.From], a.To), append(tied[a.To], a.From)
	}
	spots = map[string]spot{}
	columns := map[string]int{}
	for i, c := range pic.Columns {
		for _, box := range c.Boxes {
			columns[box.ID] = i
		}
	}
	above = lanes(pic, columns)
	first, below := 0, 0
	for _, at := range above {
		first = max(first, (laneStep*(at+2)+rowStep-1)/rowStep)
	}
	if pic.Grouped {
		first = (len(pic.Columns)*arcStep + rowStep) / rowStep
		below = first
	}
	for i, c := range pic.Columns {
		height := map[string]int{}
		for n, box := range c.Boxes {
			sum, count := 0, 0
			for _, other := range tied[box.ID] {
				if s, drawn := spots[other]; drawn {
					sum, count = sum+s.y, count+1
				}
			}
			height[box.ID] = top + n*rowStep
			if count > 0 {
				height[box.ID] = sum / count
			}
		}
		boxes := slices.Clone(c.Boxes)
		slices.SortStableFunc(boxes, func(a, b Box) int { return cmp.Compare(height[a.ID], height[b.ID]) })
		for n, box := range boxes {
			spots[box.ID] = spot{i, marginX + i*columnStep, top + (first+n)*rowStep}
		}
		rows = max(rows, first+len(boxes))
	}
	return spots, rows + below, above
}

// arc draws an arrow between groups: above them to a later wave, below to an earlier one, the higher the farther, so that
// none runs behind a third and each label has a place of its own.
func arc(a Arrow, from, to spot) string {
	x1, y1, x2, y2, up := from.x+boxWidth/2, from.y, to.x+boxWidth/2, to.y, -1
	if from.column > to.column {
		y1, y2, up = y1+boxHeight, y2+boxHeight, 1
	}
	height := up * (12 + arcStep*max(to.column-from.column, from.column-to.column))
	return arrow(a, [8]int{x1, y1, x1, y1 + height*4/3, x2, y2 + height*4/3, x2, y2}, (x1+x2)/2, (y1+y2)/2+height-3)
}

// curve draws an arrow. Within a column it bows out to the right; between columns it goes from side to side, with its label
// near the end that needs the other, where fewer arrows meet.
func curve(a Arrow, from, to spot) string {
	x1, y1, x2, y2 := from.x+boxWidth, from.y+boxHeight/3, to.x, to.y+boxHeight*2/3
	c1, c2 := x1+columnStep/4, x2-columnStep/4
	switch {
	case from.column == to.column:
		x2 = to.x + boxWidth
		c1, c2 = x1+70, x2+70
	case from.column > to.column:
		x1, x2 = from.x, to.x+boxWidth
		c1, c2 = x1-columnStep/4, x2+columnStep/4
	}
	// the point at 3/10 of the curve
	along := func(p, q, r, s int) int { return (343*p + 441*q + 189*r + 27*s) / 1000 }
	return arrow(a, [8]int{x1, y1, c1, y1, c2, y2, x2, y2}, along(x1, c1, c2, x2), along(y1, y1, y2, y2)-3)
}

// arrow writes a curve of four points, and the arrow's label.
func arrow(a Arrow, p [8]int, x, y int) string {
	return stroke(a, fmt.Sprintf("M%d,%d C%d,%d %d,%d %d,%d", p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]), x, y)
}

// stroke writes a path as the arrow that it is of, with its label.
func stroke(a Arrow, path string, x, y int) string {
	dashes := ""
	if a.Crosses {
		dashes = ` stroke-dasharray="7 4"`
	}
	return fmt.Sprintf(`<path d="%s" fill="none" stroke="#333" stroke-width="%d"%s marker-end="url(#head)"/>`+
		`<text x="%d" y="%d" text-anchor="middle" font-size="10" paint-order="stroke" stroke="#fff" stroke-width="3">%s</text>`+"\n",
		path, a.width(), dashes, x, y, whole(a.label()))
}

// whole is a text that fits, with all of it to be seen under the pointer.
func whole(s string) string {
	if short := shortened(s); short != clean(s) {
		return escaped(short) + "<title>" + escaped(s) + "</title>"
	}
	return escaped(s)
}

func shortened(s string) string {
	if letters := []rune(clean(s)); len(letters) > lettersABox {
		return string(letters[:lettersABox-1]) + "…"
	}
	return clean(s)
}

func escaped(s string) string { return html.EscapeString(clean(s)) }
