package solve

import "math/bits"

// slots is a set of slots by index.
type slots []uint64

func noSlots(n int) slots { return make(slots, (n+63)/64) }

func allSlots(n int) slots {
	s := noSlots(n)
	for i := range n {
		s.add(i)
	}
	return s
}

func (s slots) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s slots) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s slots) drop(i int)     { s[i/64] &^= 1 << (i % 64) }

// keep intersects.
func (s slots) keep(other slots) {
	for i := range s {
		s[i] &= other[i]
	}
}

// join unites.
func (s slots) join(other slots) {
	for i := range s {
		s[i] |= other[i]
	}
}

// from is the least member that is i or more; -1 where there is none.
func (s slots) from(i int) int {
	for w := i / 64; w < len(s); w++ {
		word := s[w]
		if w == i/64 {
			word &= ^uint64(0) << (i % 64)
		}
		if word != 0 {
			return w*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// upTo is the greatest member that is i or less; -1 where there is none.
func (s slots) upTo(i int) int {
	if i < 0 {
		return -1
	}
	for w := i / 64; w >= 0; w-- {
		word := s[w]
		if w == i/64 {
			word &= ^uint64(0) >> (63 - i%64)
		}
		if word != 0 {
			return w*64 + 63 - bits.LeadingZeros64(word)
		}
	}
	return -1
}

// clip drops what is below lo or above hi.
func (s slots) clip(lo, hi int) {
	for i := s.from(0); i >= 0 && i < lo; i = s.from(i + 1) {
		s.drop(i)
	}
	for i := s.upTo(len(s)*64 - 1); i > hi; i = s.upTo(i - 1) {
		s.drop(i)
	}
}

func (s slots) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}
