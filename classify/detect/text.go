package detect

import (
	"bytes"

	"nightferry/internal/estate"
)

// free looks at free text: its language, whether it speaks of illness, and who is named in it.
func (a *Accumulator) free(v []byte, s *shape, c *census, t *tally) {
	if t == &a.whole && c.prose() {
		a.counts.Prose++
	}
	switch {
	case c.lorem > 4:
		t.see(estate.KindText)
		return
	case c.clinical > 0 && c.clinical+c.weak+c.drug+c.units >= 2, c.weak+c.drug >= 3 && c.household == 0, c.visits >= 2 && c.household == 0, c.drug > 0 && c.units > 0:
		t.see(estate.KindClinicalNote)
	default:
		t.see(estate.KindText)
	}
	if s.ats == 0 && s.digits == 0 && c.pairs == 0 {
		return
	}
	if t == &a.whole {
		a.embedded(v, c)
	}
}

// embedded looks for identifiers between the words of a text.
func (a *Accumulator) embedded(v []byte, c *census) {
	if c.pairs > 0 {
		a.parts.see(estate.KindName)
	}
	for rest := v; len(rest) > 0; {
		var word []byte
		word, rest = cutWord(rest)
		if len(word) < 6 || len(word) > 64 {
			continue
		}
		s := shapeOf(word)
		switch {
		case s.ats == 1 && isEmail(word):
			a.parts.see(estate.KindEmail)
		case s.digits < 4:
		case s.letters() == 0:
			a.figures(word, &s, &a.parts)
		case s.upper > 0 && s.digits+s.upper+s.dashes+s.dots == len(word):
			identifiers(word, &s, &a.parts)
			if s.digits >= 4 {
				a.code(word, &s, &a.parts)
			}
		}
	}
	a.grouped(v)
}

// cutWord takes the next word between spaces, without the signs around it.
func cutWord(v []byte) (word, rest []byte) {
	v = bytes.TrimLeft(v, " \t\r\n")
	end := bytes.IndexAny(v, " \t\r\n<>;,")
	if end < 0 {
		return bytes.Trim(v, ".,;:()[]\"'"), nil
	}
	return bytes.Trim(v[:end], ".,;:()[]\"'"), v[end+1:]
}

// grouped looks for numbers that are written in groups: telephone numbers, IBANs, national identifiers.
func (a *Accumulator) grouped(v []byte) {
	start := -1
	flush := func(end int) {
		if start < 0 {
			return
		}
		run := bytes.Trim(v[start:end], " -./,")
		start = -1
		if len(run) < 9 || len(run) > 42 || bytes.IndexByte(run, ' ') < 0 {
			return
		}
		s := shapeOf(run)
		if s.digits < 8 || s.upper > 8 {
			return
		}
		if s.letters() == 0 {
			if _, sure := phone(run, &s); sure {
				a.parts.check(estate.KindPhone, true)
			}
			var room [mostCompact]byte
			if text := compact(room[:0], run); len(text) >= 9 {
				numbers(text, run, &s, &a.parts)
			}
			return
		}
		identifiers(run, &s, &a.parts)
	}
	for i, b := range v {
		inside := isDigit(b) || b == '+' || b == '(' || b == ')' || isUpper(b) && (i == 0 || !isLower(v[i-1])) && (i+1 == len(v) || !isLower(v[i+1])) ||
			start >= 0 && (b == ' ' || b == '-' || b == '.' || b == '/')
		switch {
		case inside && start < 0:
			start = i
		case !inside:
			flush(i)
		}
	}
	flush(len(v))
}

func isLower(b byte) bool { return b >= 'a' && b <= 'z' || b >= 0x80 }
