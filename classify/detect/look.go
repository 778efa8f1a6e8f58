package detect

import (
	"bytes"

	"nightferry/internal/estate"
)

// formOf tells how a type's values are written.
func formOf(sqlType string) form {
	switch kindOf(sqlType) {
	case "boolean":
		return logical
	case "number":
		return numeric
	case "date":
		return temporal
	case "binary":
		return binary
	}
	return plain
}

// look recognises one value.
func (a *Accumulator) look(_, value []byte) {
	if at := bytes.IndexByte(value, '@'); at > 0 && bytes.IndexByte(value[at:], '.') > 1 {
		a.whole.see(estate.KindEmail)
	}
}

// Decided tells whether more values could not change what is concluded: a sequential test, asked after each row or page.
func (a *Accumulator) Decided() bool {
	filled := a.counts.Filled()
	return filled >= 48 && int(a.whole[estate.KindEmail].matched) >= filled*9/10
}
