package detect

import (
	"bytes"
	"strings"

	"nightferry/internal/estate"
)

// token looks at a value of letters, digits and signs without a space.
func (a *Accumulator) token(v []byte, s *shape, t *tally) {
	if a.medicalCode(v, s, t) || secret(v, s, t) || a.address(v, s, t) || identifiers(v, s, t) || a.encoded(v, s, t) {
		return
	}
	if s.digits == 0 && s.unders+s.colons+s.slashes+s.ats+s.others == 0 {
		a.phrase(v, s, t)
		return
	}
	switch {
	case isTemplate(v):
		t.see(estate.KindTemplate)
	case isVersion(v, s):
		t.see(estate.KindVersion)
	case bytes.IndexByte(v, '/') >= 0:
		a.slashed(v, s, t)
	case isFileName(v, s):
		t.see(estate.KindFile)
	case s.dots+s.unders == 1 && s.digits <= 2 && a.isDottedLogin(v):
		t.see(estate.KindUsername)
	case isPassword(v, s):
		t.see(estate.KindPassword)
	case s.digits > 0 && s.letters() > 0:
		a.code(v, s, t)
	case s.unders > 0 && s.digits == 0:
		t.see(estate.KindCode)
	}
}

// isDottedLogin: "jane.roe", "roe_j", both parts names, or one of them an initial.
func (a *Accumulator) isDottedLogin(v []byte) bool {
	at := bytes.IndexAny(v, "._")
	before, after := v[:at], bytes.TrimRight(v[at+1:], "0123456789")
	named := func(w []byte) bool { return len(w) == 1 || a.knowledge.words[string(w)]&(given|family) != 0 }
	return len(before)+len(after) > 4 && named(before) && named(after)
}

// isPassword: letters, digits and a sign that codes do not have, as people choose passwords.
func isPassword(v []byte, s *shape) bool {
	if len(v) < 6 || len(v) > 24 || s.digits == 0 || s.letters() < 3 || s.colons+s.slashes+s.commas > 0 {
		return false
	}
	return bytes.ContainsAny(v, "!?#$&*%^~") || s.ats == 1 && s.dots == 0
}

// address looks for addresses of mail, web and machines.
func (a *Accumulator) address(v []byte, s *shape, t *tally) bool {
	switch {
	case v[0] == '<' && s.ats == 1 && v[len(v)-1] == '>':
		t.see(estate.KindMessageID)
	case s.ats >= 1 && isEmail(v):
		t.see(estate.KindEmail)
	case bytes.Contains(v, []byte("://")) || bytes.HasPrefix(v, []byte("www.")):
		url(v, t)
	case s.colons == 5 && len(v) == 17 && isMAC(v), s.dashes == 5 && len(v) == 17 && isMAC(v):
		t.see(estate.KindMAC)
	case s.colons >= 2 && isIPv6(v, s):
		t.see(estate.KindIP)
	default:
		return false
	}
	return true
}

// isEmail: something, one @, labels of a domain.
func isEmail(v []byte) bool {
	at := bytes.IndexByte(v, '@')
	if at < 1 || at > 64 || bytes.IndexByte(v[at+1:], '@') >= 0 {
		return false
	}
	for _, b := range v[:at] {
		if b <= ' ' || strings.IndexByte(`,;:<>()[]\"`, b) >= 0 {
			return false
		}
	}
	domain := v[at+1:]
	dot := bytes.LastIndexByte(domain, '.')
	if dot < 1 || dot > len(domain)-3 {
		return false
	}
	for _, b := range domain {
		if !isDigit(b) && !isLetter(b) && b != '.' && b != '-' && b < 0x80 {
			return false
		}
	}
	return true
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

func isMAC(v []byte) bool {
	for i, b := range v {
		if i%3 == 2 {
			if b != ':' && b != '-' {
				return false
			}
		} else if !isHex(b) {
			return false
		}
	}
	return true
}

func isHex(b byte) bool {
	return isDigit(b) || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

func isIPv6(v []byte, s *shape) bool {
	if len(v) > 45 || s.spaces+s.unders+s.ats+s.commas > 0 {
		return false
	}
	for _, b := range v {
		if !isHex(b) && b != ':' && b != '.' && b != '/' {
			return false
		}
	}
	return s.colons == 7 || bytes.Contains(v, []byte("::"))
}

// url looks at a web address: with a secret in it, of a person's profile, or of anything.
func url(v []byte, t *tally) {
	t.see(estate.KindURL)
	rest := v
	if _, after, found := bytes.Cut(v, []byte("://")); found {
		rest = after
	}
	host := rest
	if end := bytes.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	if at := bytes.LastIndexByte(host, '@'); at > 0 && bytes.IndexByte(host[:at], ':') > 0 {
		t.see(estate.KindConnectionString)
	}
	if holdsAny(rest, "hooks.", "/webhook", "/hook/", "/services/") && secretSegment(rest) || holdsAny(rest, "access_token=", "token=", "apikey=", "api_key=", "signature=", "sig=", "secret=", "password=", "key=") {
		t.see(estate.KindSecret)
	}
	if holdsAny(rest, "linkedin.com/in", "facebook.com/", "twitter.com/", "instagram.com/", "xing.com/profile") {
		t.see(estate.KindProfile)
	}
}

// secretSegment tells whether a part of a path is a random word of 20 characters or more.
func secretSegment(path []byte) bool {
	for part := range bytes.SplitSeq(path, []byte("/")) {
		s := shapeOf(part)
		if len(part) >= 20 && s.digits > 0 && s.letters() > 6 && s.dots+s.dashes == 0 {
			return true
		}
	}
	return false
}

func holdsAny(v []byte, words ...string) bool {
	for _, word := range words {
		if bytes.Contains(v, []byte(word)) {
			return true
		}
	}
	return false
}

// identifiers holds a value against the identifiers that mix letters and digits.
func identifiers(v []byte, s *shape, t *tally) bool {
	if s.digits < 2 || s.digits+s.upper+s.lower < 3 || s.high+s.unders+s.ats+s.commas > 0 {
		return false
	}
	if isUUID(v, s) {
		t.see(estate.KindUUID)
		return true
	}
	var room [mostCompact]byte
	return mixed(compact(room[:0], v), t)
}

// mixed holds compact text against the identifiers with letters that have its length.
func mixed(text []byte, t *tally) bool {
	switch n := len(text); {
	case n == 8:
		return tryEach(text, t, estate.KindBIC)
	case n == 9:
		return tryEach(text, t, estate.KindDNI, estate.KindNINO, estate.KindDEA)
	case n == 10:
		return tryEach(text, t, estate.KindKVNR, estate.KindVAT)
	case n == 11:
		return tryEach(text, t, estate.KindMBI, estate.KindVAT, estate.KindBIC)
	case n == 12:
		return tryEach(text, t, estate.KindPensionNumber, estate.KindVAT)
	case n == 13 || n == 14:
		return tryEach(text, t, estate.KindVAT)
	case n == 15:
		return tryEach(text, t, estate.KindNIR, estate.KindIBAN)
	case n == 16:
		return tryEach(text, t, estate.KindCodiceFiscale, estate.KindIBAN)
	case n > 16 && n <= 34:
		return tryEach(text, t, estate.KindIBAN)
	}
	return false
}

// tryEach counts each kind whose form the text has.
func tryEach(text []byte, t *tally, kinds ...estate.Kind) bool {
	found := false
	for _, kind := range kinds {
		if form, passed := identify(kind, text); form {
			t.check(kind, passed)
			found = true
		}
	}
	return found
}

func isUUID(v []byte, s *shape) bool {
	if len(v) != 36 || s.dashes != 4 || v[8] != '-' || v[13] != '-' || v[18] != '-' || v[23] != '-' {
		return false
	}
	for _, b := range v {
		if !isHex(b) && b != '-' {
			return false
		}
	}
	return true
}

// medicalCode looks for ICD-10 and ATC codes. How many chapters the codes are of tells them from numbers of one series.
func (a *Accumulator) medicalCode(v []byte, s *shape, t *tally) bool {
	switch {
	case len(v) <= 8 && isICD10(v, s):
		t.check(estate.KindICD10, s.dots == 1 || len(v) <= 4)
		if t == &a.whole {
			a.chapters |= 1 << (v[0] - 'A')
		}
	case len(v) == 7 && isATC(v):
		t.see(estate.KindATC)
	default:
		return false
	}
	return true
}

// isICD10: a chapter's letter, two digits (the second may be a letter in national versions), and up to four more
// characters after a point or at once.
func isICD10(v []byte, s *shape) bool {
	if len(v) < 3 || len(v) > 8 || v[0] < 'A' || v[0] > 'Z' || !isDigit(v[1]) || !isDigit(v[2]) || s.lower > 0 && s.lower > 1 {
		return false
	}
	rest := v[3:]
	if len(rest) > 0 && (rest[len(rest)-1] == '*' || rest[len(rest)-1] == '+' || rest[len(rest)-1] == '!') {
		rest = rest[:len(rest)-1]
	}
	if len(rest) == 0 {
		return true
	}
	if rest[0] == '.' {
		rest = rest[1:]
	} else if len(rest) > 4 || !isDigit(rest[0]) {
		return false
	}
	if len(rest) == 0 || len(rest) > 4 {
		return false
	}
	for _, b := range rest {
		if !isDigit(b) && !isUpper(b) && b != '-' && b != 'x' {
			return false
		}
	}
	return isDigit(rest[0]) || rest[0] == '-'
}

// isATC: anatomical group, two digits, two letters, two digits (WHO Collaborating Centre, level 5).
func isATC(v []byte) bool {
	return strings.IndexByte("ABCDGHJLMNPRSV", v[0]) >= 0 && isDigit(v[1]) && isDigit(v[2]) && isUpper(v[3]) && isUpper(v[4]) &&
		isDigit(v[5]) && isDigit(v[6])
}

func isTemplate(v []byte) bool {
	return holdsAny(v, "{{", "${", "{%", "%(", "<%", "[[")
}

func isVersion(v []byte, s *shape) bool {
	return s.dots >= 1 && s.dots <= 4 && s.digits >= 2 && s.longest <= 4 && s.letters() <= 6 && len(v) <= 16 && (v[0] == 'v' || v[0] == 'V' || isDigit(v[0])) &&
		s.slashes+s.commas+s.ats == 0
}

// slashed looks at what has slashes: paths, kinds of media, ratios.
func (a *Accumulator) slashed(v []byte, s *shape, t *tally) {
	switch {
	case v[0] == '/' || s.slashes > 1 || bytes.HasPrefix(v, []byte("./")):
		t.see(estate.KindPath)
	case holdsAny(v, "application/", "image/", "text/", "audio/", "video/", "multipart/"):
		t.see(estate.KindMIME)
	case a.knowledge.words[string(v)]&unit != 0:
		t.see(estate.KindTechnical)
	default:
		t.see(estate.KindCode)
	}
}

func isFileName(v []byte, s *shape) bool {
	dot := bytes.LastIndexByte(v, '.')
	if s.dots < 1 || dot < 1 || len(v)-dot < 3 || len(v)-dot > 5 || s.commas+s.ats > 0 {
		return false
	}
	switch string(bytes.ToLower(v[dot+1:])) {
	case "pdf", "doc", "docx", "xls", "xlsx", "csv", "txt", "xml", "json", "jpg", "jpeg", "png", "gif", "tif", "tiff", "dcm", "hl7", "zip", "gz",
		"sql", "dump", "log", "py", "js", "css", "html", "htm", "eml", "msg", "rtf", "odt", "bak", "svg", "yml", "yaml", "conf", "cfg":
		return true
	}
	return false
}

// code looks at codes of letters and digits: a prefix that says patient, an order number, or any.
func (a *Accumulator) code(v []byte, s *shape, t *tally) {
	letters := 0
	for letters < len(v) && isLetter(v[letters]) {
		letters++
	}
	rest := v[letters:]
	if letters >= 1 && letters <= 6 && len(rest) >= 4 && s.digits >= 4 && s.digits+s.dashes+s.slashes+s.unders >= len(rest)-1 {
		if prefixOfPatient(v[:letters]) {
			t.see(estate.KindMRN)
			return
		}
		t.see(estate.KindOrderNumber)
		return
	}
	t.see(estate.KindCode)
}

// prefixOfPatient lists what numbers of patients begin with.
func prefixOfPatient(prefix []byte) bool {
	switch string(prefix) {
	case "MRN", "PAT", "PT", "IPP", "NHC", "PATIENT", "PID", "HC":
		return true
	}
	return false
}
