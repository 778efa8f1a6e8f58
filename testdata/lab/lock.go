package lab

// lockKind says how a test takes the lab.
type lockKind int

const (
	lockShared lockKind = iota
	lockExclusive
)
