package detect

// shape is what a value is written with, counted in one pass.
type shape struct {
	digits, upper, lower, high  int // high: bytes beyond ASCII
	spaces                      int
	dots, dashes, slashes       int
	colons, unders, ats, commas int
	others                      int // further characters
	longest, run                int // the longest run of digits
}

func shapeOf(value []byte) shape {
	var s shape
	for _, b := range value {
		if b >= '0' && b <= '9' {
			s.digits++
			if s.run++; s.run > s.longest {
				s.longest = s.run
			}
			continue
		}
		s.run = 0
		switch {
		case b >= 'a' && b <= 'z':
			s.lower++
		case b >= 'A' && b <= 'Z':
			s.upper++
		case b >= 0x80:
			s.high++
		default:
			s.sign(b)
		}
	}
	return s
}

// sign counts a character that is neither letter nor digit.
func (s *shape) sign(b byte) {
	switch b {
	case ' ', '\t', '\n', '\r':
		s.spaces++
	case '.':
		s.dots++
	case '-':
		s.dashes++
	case '/':
		s.slashes++
	case ':':
		s.colons++
	case '_':
		s.unders++
	case '@':
		s.ats++
	case ',':
		s.commas++
	default:
		s.others++
	}
}

func (s *shape) letters() int { return s.upper + s.lower + s.high }
