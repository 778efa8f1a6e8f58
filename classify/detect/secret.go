package detect

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"nightferry/internal/estate"
)

// secret looks for hashes of passwords, keys and tokens by the form that their makers gave them.
func secret(v []byte, s *shape, t *tally) bool {
	switch {
	case isPasswordHash(v):
		t.see(estate.KindPasswordHash)
	case holdsAny(v, "-----BEGIN") && holdsAny(v, "PRIVATE KEY"):
		t.see(estate.KindPrivateKey)
	case len(v) > 30 && bytes.HasPrefix(v, []byte("eyJ")) && s.dots == 2:
		t.see(estate.KindJWT)
	case hasKeyPrefix(v):
		t.see(estate.KindSecret)
	case holdsPassword(v):
		t.see(estate.KindConnectionString)
	default:
		return false
	}
	return true
}

// holdsPassword: a connection string in the form of settings, "Server=db;Password=…".
func holdsPassword(v []byte) bool {
	return bytes.IndexByte(v, '=') > 0 && holdsAny(v, "password=", "Password=", "pwd=", "Pwd=", "PWD=", "passwd=", "AccountKey=", "SharedAccessKey=")
}

// isPasswordHash: the modular crypt format and its relatives.
func isPasswordHash(v []byte) bool {
	if len(v) < 20 {
		return false
	}
	if v[0] == '$' && bytes.IndexByte(v[1:], '$') > 0 {
		return true
	}
	return hasAnyPrefix(v, "pbkdf2_sha", "pbkdf2:sha", "{SSHA", "{SHA", "{CRYPT}", "{MD5}", "{BCRYPT}", "argon2$", "argon2id$", "bcrypt$", "scrypt:", "sha1$", "md5$", "bcrypt_sha256$", "SCRAM-SHA-256$", "{PBKDF2")
}

// hasKeyPrefix lists what keys and tokens of known makers begin with. Keys made to be published (pk_live_) are not in it.
func hasKeyPrefix(v []byte) bool {
	return len(v) >= 16 && hasAnyPrefix(v, "sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk-", "ghp_", "gho_", "ghu_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-",
		"AKIA", "ASIA", "AIza", "ya29.", "SG.", "whsec_", "shpat_", "npm_", "pypi-", "hf_", "dop_v1_", "EAAC", "Bearer ", "Basic ", "live_", "test_", "AGE-SECRET-KEY-", "secret_", "api_key_", "key-", "tok_", "s.", "hvs.")
}

func hasAnyPrefix(v []byte, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if len(v) >= len(prefix) && string(v[:len(prefix)]) == prefix {
			return true
		}
	}
	return false
}

// encoded looks at long words of few different kinds of characters: hashes, base64, random tokens. What base64 hides
// is looked at, one layer deep.
func (a *Accumulator) encoded(v []byte, s *shape, t *tally) bool {
	if len(v) < 16 || s.high+s.ats > 0 {
		return false
	}
	if s.digits > 0 && s.letters() > 0 && len(v)%2 == 0 && allHex(v) {
		switch len(v) {
		case 32, 40, 56, 64, 96, 128:
			t.see(estate.KindHash)
		default:
			t.see(estate.KindHex)
		}
		return true
	}
	if text, ok := a.decode(v, s); ok {
		t.see(estate.KindBase64)
		if t != &a.parts {
			a.within(text)
		}
		return true
	}
	if isRandom(v, s) {
		t.see(estate.KindSessionToken)
		return true
	}
	return false
}

func allHex(v []byte) bool {
	for _, b := range v {
		if !isHex(b) {
			return false
		}
	}
	return true
}

// decode undoes base64 where what comes out is text, or a file that its first bytes name.
func (a *Accumulator) decode(v []byte, s *shape) ([]byte, bool) {
	if s.colons+s.commas+s.dots > 0 || s.others > 0 && bytes.IndexByte(v, '=') < 0 && bytes.IndexByte(v, '+') < 0 {
		return nil, false
	}
	end := len(v)
	if len(v) == mostBytes {
		end -= end % 4
	} else if len(v)%4 != 0 {
		return nil, false
	}
	if cap(a.room) < mostBytes {
		a.room = make([]byte, mostBytes)
	}
	n, err := base64.StdEncoding.Decode(a.room[:cap(a.room)], v[:end])
	if err != nil || n < 8 {
		return nil, false
	}
	text := a.room[:n]
	if !utf8.Valid(text) || !printable(text) {
		if hasAnyPrefix(text, "%PDF", "\x89PNG", "\xff\xd8\xff", "PK\x03\x04", "GIF8") {
			return nil, true
		}
		return nil, false
	}
	return text, true
}

func printable(text []byte) bool {
	for _, b := range text {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != 0x1c && b != 0x0b {
			return false
		}
	}
	return true
}

// isRandom: long, with capitals, small letters and digits that change often, as no word or code does.
func isRandom(v []byte, s *shape) bool {
	if len(v) < 20 || len(v) > 512 || s.spaces > 0 || s.digits < 2 || s.upper < 3 || s.lower < 3 || s.dots+s.slashes+s.colons+s.commas+s.others > len(v)/8 {
		return false
	}
	changes := 0
	for i := 1; i < len(v); i++ {
		if category(v[i]) != category(v[i-1]) {
			changes++
		}
	}
	return changes*3 >= len(v)
}

func category(b byte) int {
	switch {
	case isDigit(b):
		return 1
	case isUpper(b):
		return 2
	case isLetter(b):
		return 3
	}
	return 0
}
