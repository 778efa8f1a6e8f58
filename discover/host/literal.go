package host

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Odoo's manifests are Python literals. This reads them and nothing more: no names but True, False and None, no
// calls, no operators. It always ends, and its depth is bounded.

// The limits of a literal.
const (
	deepestLiteral = 20
	mostLiterals   = 20_000 // values in one
)

var errLiteral = errors.New("no Python literal")

// literal reads a Python literal: strings become string, True and False bool, None nil, numbers float64, lists,
// tuples and sets []any, dicts map[string]any (entries whose key is no string are left out).
func literal(text string) (any, error) {
	p := literalReader{text: strings.TrimPrefix(text, "\ufeff")}
	value, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.blanks(); p.at < len(p.text) {
		return nil, errLiteral
	}
	return value, nil
}

type literalReader struct {
	text string
	at   int
	seen int
}

// blanks skips white space, comments and the backslash that joins lines.
func (p *literalReader) blanks() {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == ' ', c == '\t', c == '\n', c == '\r', c == '\f', c == '\\' && p.at+1 < len(p.text) && (p.text[p.at+1] == '\n' || p.text[p.at+1] == '\r'):
			p.at++
		case c == '#':
			end := strings.IndexByte(p.text[p.at:], '\n')
			if end < 0 {
				p.at = len(p.text)
				return
			}
			p.at += end
		default:
			return
		}
	}
}

func (p *literalReader) next() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *literalReader) value(depth int) (any, error) {
	if p.seen++; depth > deepestLiteral || p.seen > mostLiterals {
		return nil, errLiteral
	}
	p.blanks()
	switch c := p.next(); {
	case c == '{':
		return p.dict(depth)
	case c == '[':
		return p.list(']', depth)
	case c == '(':
		return p.list(')', depth)
	case c >= '0' && c <= '9', c == '-', c == '+', c == '.':
		return p.number()
	}
	if p.stringAhead() {
		return p.strings()
	}
	for _, word := range [...]struct {
		name  string
		value any
	}{{"True", true}, {"False", false}, {"None", nil}} {
		if rest, ok := strings.CutPrefix(p.text[p.at:], word.name); ok && (rest == "" || !isWordByte(rest[0])) {
			p.at += len(word.name)
			return word.value, nil
		}
	}
	return nil, errLiteral
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= utf8.RuneSelf
}

// list reads what stands between brackets. A single value in parentheses without a comma is that value.
func (p *literalReader) list(end byte, depth int) (any, error) {
	p.at++
	found, comma := []any{}, false
	for {
		if p.blanks(); p.next() == end {
			p.at++
			if end == ')' && len(found) == 1 && !comma {
				return found[0], nil
			}
			return found, nil
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		found = append(found, value)
		if p.blanks(); p.next() == ',' {
			p.at++
			comma = true
		} else if p.next() != end {
			return nil, errLiteral
		}
	}
}

// dict reads a dict, or a set.
func (p *literalReader) dict(depth int) (any, error) {
	p.at++
	found, set := map[string]any{}, []any{}
	for {
		if p.blanks(); p.next() == '}' {
			p.at++
			if len(set) > 0 {
				return set, nil
			}
			return found, nil
		}
		key, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.blanks(); p.next() == ':' {
			p.at++
			value, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			if name, ok := key.(string); ok {
				found[name] = value
			}
		} else {
			set = append(set, key)
		}
		if p.blanks(); p.next() == ',' {
			p.at++
		} else if p.next() != '}' {
			return nil, errLiteral
		}
	}
}

func (p *literalReader) number() (any, error) {
	from := p.at
	for p.at < len(p.text) && (isWordByte(p.text[p.at]) || strings.IndexByte("+-.", p.text[p.at]) >= 0) {
		p.at++
	}
	number, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimRight(p.text[from:p.at], "lL"), "_", ""), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return nil, errLiteral
	}
	return number, nil
}

// stringAhead tells whether a string begins here, with its prefix: u, b, r, or two of them. An f-string is no literal.
func (p *literalReader) stringAhead() bool {
	for i := p.at; i < len(p.text) && i < p.at+3; i++ {
		if c := p.text[i]; c == '"' || c == '\'' {
			return true
		} else if strings.IndexByte("uUbBrR", c) < 0 {
			return false
		}
	}
	return false
}

// strings reads strings that follow each other, which Python joins.
func (p *literalReader) strings() (any, error) {
	var b strings.Builder
	for p.stringAhead() {
		if err := p.one(&b); err != nil {
			return nil, err
		}
		p.blanks()
	}
	return strings.ToValidUTF8(b.String(), "\ufffd"), nil
}

// one reads one string.
func (p *literalReader) one(b *strings.Builder) error {
	raw := false
	for p.next() != '"' && p.next() != '\'' {
		raw = raw || p.next() == 'r' || p.next() == 'R'
		p.at++
	}
	quote := p.text[p.at : p.at+1]
	if strings.HasPrefix(p.text[p.at:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	p.at += len(quote)
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case strings.HasPrefix(p.text[p.at:], quote):
			p.at += len(quote)
			return nil
		case c == '\n' && len(quote) == 1:
			return errLiteral
		case c == '\\' && p.at+1 < len(p.text):
			p.escape(b, raw)
		default:
			b.WriteByte(c)
			p.at++
		}
	}
	return errLiteral
}

// escape reads what follows a backslash. Escapes that Python does not know stay as they are.
func (p *literalReader) escape(b *strings.Builder, raw bool) {
	c := p.text[p.at+1]
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	plain := map[byte]string{'n': "\n", 't': "\t", 'r': "\r", '\\': `\`, '\'': "'", '"': `"`, '\n': ""}
	switch known, ok := plain[c]; {
	case raw:
		b.WriteString(p.text[p.at : p.at+2])
		p.at += 2
	case ok:
		b.WriteString(known)
		p.at += 2
	case digits > 0 && p.at+2+digits <= len(p.text):
		code, err := strconv.ParseUint(p.text[p.at+2:p.at+2+digits], 16, 32)
		if err == nil && code <= utf8.MaxRune {
			b.WriteRune(rune(code))
		}
		p.at += 2 + digits
	default:
		b.WriteByte('\\')
		p.at++
	}
}
