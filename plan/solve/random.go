package solve

// random is a stream of numbers that is the same on every machine: SplitMix64, as its authors published it.
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 up to n, without it.
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }
