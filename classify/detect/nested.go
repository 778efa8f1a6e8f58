package detect

import (
	"bytes"
	"encoding/hex"
	"strings"

	"nightferry/internal/estate"
)

// within looks at what one value holds inside: decoded bytes, leaves of documents.
func (a *Accumulator) within(text []byte) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return
	}
	if a.message(text, &a.parts) || a.isDocument(text) {
		return
	}
	s := shapeOf(text)
	a.plain(text, &s, &a.parts)
}

// message looks for HL7 v2: segments parted by carriage returns, fields by the sign that the header names.
func (a *Accumulator) message(v []byte, t *tally) bool {
	if len(v) > 8 && v[0] == 0x0b { // the start of a block in the lower layer protocol
		v = v[1:]
	}
	if !hasAnyPrefix(v, "MSH|", "FHS|", "BHS|", "PID|") {
		return false
	}
	head, _, _ := bytes.Cut(v, []byte("\r"))
	if bytes.Contains(head, []byte("|ACK")) && !bytes.Contains(v, []byte("PID|")) {
		t.see(estate.KindMessageID) // that a message came: nobody is in it
		return true
	}
	t.see(estate.KindHL7)
	if bytes.Contains(v, []byte("PID|")) {
		a.keyed.check(estate.KindName, true)
		a.keyed.check(estate.KindMRN, true)
	}
	return true
}

// isDocument reads JSON, or PostgreSQL's hstore, that a text column holds.
func (a *Accumulator) isDocument(v []byte) bool {
	switch {
	case v[0] == '{' && (len(v) < 2 || v[1] == '"' || v[1] == '}' || isBlank(v[1])), v[0] == '[' && len(v) > 1 && (v[1] == '{' || v[1] == '"' || v[1] == '[' || isDigit(v[1]) || v[1] == ']'):
		a.json(v)
	case v[0] == '<' && len(v) > 4 && (isLetter(v[1]) || v[1] == '?' || v[1] == '!') && bytes.IndexByte(v, '>') > 0:
		a.markup(v)
	default:
		return false
	}
	return true
}

func isBlank(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// json walks a document without building it: each leaf is looked at with the key that it stands under. A document that
// the limit cut is read as far as it goes.
func (a *Accumulator) json(v []byte) {
	fhir := bytes.Contains(v, []byte(`"resourceType"`))
	var key []byte
	for at := 0; at < len(v); {
		b := v[at]
		switch {
		case b == '"':
			text, end := quoted(v, at)
			after := end
			for after < len(v) && isBlank(v[after]) {
				after++
			}
			if isKeyEnd(v, after) {
				key = text
				a.openKey(key)
			} else {
				a.leaf(key, text)
			}
			at = end
		case isDigit(b) || b == '-' || b == 't' || b == 'f':
			end := at
			for end < len(v) && v[end] != ',' && v[end] != '}' && v[end] != ']' && !isBlank(v[end]) {
				end++
			}
			a.leaf(key, v[at:end])
			at = max(end, at+1)
		default:
			at++
		}
	}
	a.whole.see(estate.KindJSON)
	if fhir {
		a.whole.see(estate.KindFHIR)
	}
}

// isKeyEnd tells whether a string is a key: a colon comes, or hstore's arrow.
func isKeyEnd(v []byte, at int) bool {
	return at < len(v) && (v[at] == ':' || v[at] == '=' && at+1 < len(v) && v[at+1] == '>')
}

// quoted reads a string from its quote on; escapes stay as they are, since no form that is looked for has one.
func quoted(v []byte, at int) (text []byte, end int) {
	for i := at + 1; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
		case '"':
			return v[at+1 : i], i + 1
		}
	}
	return v[at+1:], len(v)
}

// openKey notes that a document speaks of a patient.
func (a *Accumulator) openKey(key []byte) {
	if a.keyOf(key).patient {
		a.keyed.see(estate.KindCare)
	}
}

// leaf looks at a value within a document.
func (a *Accumulator) leaf(key, value []byte) {
	value = bytes.TrimSpace(value)
	if len(value) == 0 || a.leaves >= mostLeaves {
		return
	}
	a.leaves++
	if key != nil {
		a.under(key, value)
	}
	if a.message(value, &a.parts) {
		return
	}
	s := shapeOf(value)
	a.plain(value, &s, &a.parts)
}

// mostLeaves is how many leaves of one document are looked at.
const mostLeaves = 200

// markup looks at XML and HTML: what stands between tags, under the tag's name.
func (a *Accumulator) markup(v []byte) {
	a.whole.see(estate.KindXML)
	if holdsAny(v, "ClinicalDocument", "urn:hl7-org") {
		a.whole.see(estate.KindHL7)
	}
	var key []byte
	for len(v) > 0 {
		open := bytes.IndexByte(v, '<')
		if open < 0 {
			open = len(v)
		}
		if text := bytes.TrimSpace(v[:open]); len(text) > 0 {
			a.leaf(key, text)
		}
		if open == len(v) {
			return
		}
		v = v[open+1:]
		end := bytes.IndexByte(v, '>')
		if end < 0 {
			return
		}
		if v[0] != '/' {
			key, _, _ = bytes.Cut(v[:end], []byte(" "))
		}
		v = v[end+1:]
	}
}

// items looks at each item of an array as PostgreSQL writes it: {a,"b c",NULL}.
func (a *Accumulator) items(v []byte) {
	v = bytes.Trim(v, "{}")
	for len(v) > 0 {
		var item []byte
		if v[0] == '"' {
			var end int
			item, end = quoted(v, 0)
			v = bytes.TrimPrefix(v[end:], []byte(","))
		} else {
			item, v, _ = bytes.Cut(v, []byte(","))
		}
		if item = bytes.TrimSpace(item); len(item) > 0 && string(item) != "NULL" {
			a.value(item)
		}
	}
}

// bytes looks at bytea, \x and hexadecimal digits: text in it is looked at, files are known by their first bytes.
func (a *Accumulator) bytes(v []byte) {
	digits, isHex := bytes.CutPrefix(v, []byte(`\x`))
	if !isHex {
		a.counts.Binary++
		return
	}
	if cap(a.room) < mostBytes {
		a.room = make([]byte, mostBytes)
	}
	digits = digits[:len(digits)/2*2]
	n, err := hex.Decode(a.room[:cap(a.room)], digits)
	text := a.room[:n]
	if err != nil || !printable(text) || !validText(text) {
		a.counts.Binary++
		if hasAnyPrefix(text, "%PDF", "\x89PNG", "\xff\xd8\xff", "PK\x03\x04", "GIF8") {
			a.whole.see(estate.KindFile)
		}
		return
	}
	a.within(text)
}

// known is what a key within values means.
type known struct {
	hash    uint64
	kind    estate.Kind
	patient bool
}

// keyOf reads a key by the dictionary of names; the last ones are remembered by their hash.
func (a *Accumulator) keyOf(key []byte) known {
	h := hashOf(key)
	slot := &a.keys[h%uint64(len(a.keys))]
	if slot.hash == h {
		return *slot
	}
	*slot = known{hash: h}
	if len(key) <= maxToken && validText(key) {
		r := a.readKey(string(key))
		slot.patient = r.Subject.OfPatients()
		if len(r.Hints) > 0 && r.Hints[0].Weight >= 0.68 {
			slot.kind = r.Hints[0].Kind
		}
	}
	return *slot
}

// readKey reads a key; of a path, such as "mail.smtp.password", its last part says what stands there.
func (a *Accumulator) readKey(key string) Reading {
	if at := strings.LastIndexAny(key, "./:"); at >= 0 && at < len(key)-1 {
		if r := a.knowledge.Names.Read(key[at+1:], "text", AnyLanguage); len(r.Hints) > 0 {
			return r
		}
	}
	return a.knowledge.Names.Read(key, "text", AnyLanguage)
}

// under counts a value by what its key says, and whether its form bears that out.
func (a *Accumulator) under(key, value []byte) {
	k := a.keyOf(key)
	if k.patient {
		a.keyed.see(estate.KindCare)
	}
	if k.kind != estate.KindNone && k.kind < estate.KindBlank {
		a.keyed.check(k.kind, supports(k.kind, value))
	}
}

// supports tells whether a value may be what its key promises.
func supports(kind estate.Kind, value []byte) bool {
	s := shapeOf(value)
	switch kind {
	case estate.KindEmail:
		return isEmail(value)
	case estate.KindPhone:
		return s.digits >= 5
	case estate.KindName, estate.KindGivenName, estate.KindFamilyName, estate.KindCity:
		return s.letters() > 1 && s.digits == 0
	case estate.KindBirthDate, estate.KindServiceDate, estate.KindDeathDate:
		year, _ := dateOf(value)
		return year > 0 || s.digits >= 4
	}
	if len(value) <= 5 && (string(value) == "true" || string(value) == "false" || string(value) == "null") {
		return yesOrNo(kind)
	}
	if form, passed := Matches(kind, value); form {
		return passed
	}
	return true
}
