package detect

import "nightferry/internal/estate"

// dateOf reads the year of a date as people and PostgreSQL write it, and whether a time of day stands with it:
// 1980-05-31, 31.05.1980, 31/05/1980, 05/31/1980, 19800531, 31-05-80; 0 where it is none.
func dateOf(v []byte) (year int, timed bool) {
	head := v
	if len(v) > 10 {
		switch v[10] {
		case ' ', 'T':
			head, timed = v[:10], !midnight(v[11:])
		default:
			return 0, false
		}
	}
	switch {
	case len(head) == 10 && isSeparator(head[4]) && head[4] == head[7]:
		year = yearOf(head[:4], head[5:7], head[8:])
	case len(head) == 10 && isSeparator(head[2]) && head[2] == head[5]:
		if year = yearOf(head[6:], head[3:5], head[:2]); year == 0 {
			year = yearOf(head[6:], head[:2], head[3:5]) // as in the USA
		}
	case len(head) == 8 && len(v) == 8 && allDigits(head, 8):
		year = yearOf(head[:4], head[4:6], head[6:])
	case len(v) == 8 && isSeparator(head[2]) && head[2] == head[5]:
		if year = shortYear(head[6:], head[3:5], head[:2]); year == 0 {
			year = shortYear(head[6:], head[:2], head[3:5])
		}
	}
	return year, timed
}

func isSeparator(b byte) bool { return b == '-' || b == '/' || b == '.' }

// midnight tells whether a time of day says nothing.
func midnight(v []byte) bool {
	for _, b := range v[:min(len(v), 8)] {
		if b != '0' && b != ':' {
			return false
		}
	}
	return true
}

func yearOf(year, month, day []byte) int {
	if !allDigits(year, 4) || !allDigits(month, 2) || !allDigits(day, 2) {
		return 0
	}
	y, m, d := number(year), number(month), number(day)
	if y < 1850 || y > 2150 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0
	}
	return int(y)
}

func shortYear(year, month, day []byte) int {
	if !allDigits(year, 2) || !allDigits(month, 2) || !allDigits(day, 2) {
		return 0
	}
	y, m, d := number(year), number(month), number(day)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return 0
	}
	if y < 30 {
		return int(2000 + y)
	}
	return int(1900 + y)
}

// seeDate counts a date with its decade.
func (a *Accumulator) seeDate(t *tally, year int, timed bool) {
	if timed {
		t.see(estate.KindTimestamp)
	} else {
		t.see(estate.KindDate)
	}
	if t == &a.whole {
		a.counts.Decades[min(max((year-1900)/10, 0), estate.DecadeBuckets-1)]++
	}
}

// temporal looks at a value of a date's type.
func (a *Accumulator) temporal(v []byte) {
	if year, timed := dateOf(v); year > 0 {
		a.seeDate(&a.whole, year, timed)
		return
	}
	a.whole.see(estate.KindTechnical) // a time of day, an interval, infinity
}
