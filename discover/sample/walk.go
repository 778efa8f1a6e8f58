package sample

import (
	"math/bits"
	"strconv"
	"strings"
)

// walk visits each place that a row of a table can have exactly once: lines of pages, in the order of the numbers
// with their bits reversed. Any stretch of the walk is therefore spread evenly from the first page to the last,
// without randomness: reading again reads the same rows.
type walk struct {
	pages, lines uint64 // lines a page, at most
}

// place is where a row can be: PostgreSQL's ctid.
type place struct{ page, line uint64 }

// steps is how long the walk is. Some steps lead nowhere: see at.
func (w walk) steps() uint64 {
	if w.pages*w.lines == 0 {
		return 0
	}
	return 1 << bits.Len64(w.pages*w.lines-1)
}

// at is the place of a step; false where the step leads nowhere.
func (w walk) at(step uint64) (place, bool) {
	width := bits.TrailingZeros64(w.steps())
	slot := bits.Reverse64(step) >> (64 - width)
	if width == 0 {
		slot = 0
	}
	if slot >= w.pages*w.lines {
		return place{}, false
	}
	page := slot / w.lines
	// Lines differ from page to page, so that an even stride does not meet the first line of each alone.
	return place{page, (slot+page*11)%w.lines + 1}, true
}

// stretch is a column's own way along the walk: it begins where other columns of the table do not, so that hardly
// any row is read for more than a few of its columns.
type stretch struct{ start, done uint64 }

// take goes on by so many places, or by all that are left.
func (s *stretch) take(w walk, most int) []place {
	var places []place
	for size := w.steps(); s.done < size && len(places) < most; s.done++ {
		if p, exists := w.at((s.start + s.done) % size); exists {
			places = append(places, p)
		}
	}
	return places
}

// ended tells that all of the table was visited.
func (s *stretch) ended(w walk) bool { return s.done >= w.steps() }

// tids writes places as a value of type tid[].
func tids(places []place) string {
	var out strings.Builder
	out.WriteByte('{')
	for i, p := range places {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(`"(` + strconv.FormatUint(p.page, 10) + "," + strconv.FormatUint(p.line, 10) + `)"`)
	}
	out.WriteByte('}')
	return out.String()
}
