package labelled

import (
	"crypto/md5" //nolint:gosec // legacy systems keep such hashes, and so do these tables
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// maker reads what stands behind a word and returns how cells are filled.
type maker func(rest string) (cell, error)

// plainCells lists the ways to fill a column that hold no other way.
func plainCells() map[string]maker {
	makers := map[string]maker{
		"null": always(func(*draw) string { return "" }, false), "seq": sequence, "int": integers, "dec": decimals,
		"bell": bell, "date": dates, "ts": dates, "born": born, "pick": picks, "word": word, "pattern": pattern,
		"uuid": always(func(d *draw) string {
			return fillPattern(d.r, "xxxxxxxx-xxxx-4xxx-") + "8" + fillPattern(d.r, "xxx-xxxxxxxxxxxx")
		}, true),
		"bool": always(func(d *draw) string { return []string{"t", "f"}[d.r.IntN(2)] }, true),
		"hexes": func(rest string) (cell, error) {
			return always(func(d *draw) string { return fillPattern(d.r, strings.Repeat("x", count(rest, 32))) }, true)("")
		},
	}
	for name, part := range personal() {
		makers[name] = func(rest string) (cell, error) {
			k := count(rest, 1)
			return func(d *draw) (string, bool) { return part(d, d.person(k)), true }, nil
		}
	}
	for name, text := range secrets() {
		makers[name] = always(text, true)
	}
	return makers
}

func always(text func(d *draw) string, known bool) maker {
	return func(string) (cell, error) {
		return func(d *draw) (string, bool) { return text(d), known }, nil
	}
}

// personal lists what is said of the person of a row; a number behind it means another person of the row.
func personal() map[string]func(d *draw, p person) string {
	return map[string]func(d *draw, p person) string{
		"given":   func(_ *draw, p person) string { return p.given },
		"family":  func(_ *draw, p person) string { return p.family },
		"name":    func(_ *draw, p person) string { return p.given + " " + p.family },
		"listed":  func(_ *draw, p person) string { return p.family + ", " + p.given },
		"email":   func(_ *draw, p person) string { return p.email },
		"login":   func(_ *draw, p person) string { return p.login },
		"phone":   func(_ *draw, p person) string { return p.phone },
		"mobile":  func(_ *draw, p person) string { return p.mobile },
		"street":  func(_ *draw, p person) string { return p.street },
		"zip":     func(_ *draw, p person) string { return p.zip },
		"city":    func(_ *draw, p person) string { return p.city },
		"address": func(_ *draw, p person) string { return p.street + ", " + p.zip + " " + p.city },
		"initials": func(_ *draw, p person) string {
			return string([]rune(p.given)[:1]) + string([]rune(p.family)[:1])
		},
		"sex": func(d *draw, p person) string {
			codes := d.words()["sex"]
			if p.female {
				return codes[1]
			}
			return codes[0]
		},
		"title": func(d *draw, p person) string {
			titles := d.words()["title"]
			if p.female {
				return titles[1]
			}
			return titles[0]
		},
	}
}

// secrets lists what opens doors.
func secrets() map[string]func(d *draw) string {
	const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	random := func(r *rand.Rand, n int, of string) string {
		text := make([]byte, n)
		for i := range text {
			text[i] = of[r.IntN(len(of))]
		}
		return string(text)
	}
	return map[string]func(d *draw) string{
		"bcrypt": func(d *draw) string { return "$2b$12$" + random(d.r, 53, base64Letters+"./") },
		"pbkdf2": func(d *draw) string {
			return "$pbkdf2-sha512$600000$" + random(d.r, 22, base64Letters) + "$" + random(d.r, 86, base64Letters)
		},
		"md5": func(d *draw) string {
			sum := md5.Sum([]byte(random(d.r, 9, base64Letters))) //nolint:gosec // see the import
			return hex.EncodeToString(sum[:])
		},
		"sha256": func(d *draw) string {
			sum := sha256.Sum256([]byte(random(d.r, 9, base64Letters)))
			return hex.EncodeToString(sum[:])
		},
		"token":  func(d *draw) string { return random(d.r, 40, base64Letters) },
		"secret": func(d *draw) string { return choose(d.r, d.words()["password"]) + strconv.Itoa(d.r.IntN(100)) },
		"totp":   func(d *draw) string { return random(d.r, 32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") },
		"jwt": func(d *draw) string {
			part := base64.RawURLEncoding.EncodeToString
			return part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
				part([]byte(fmt.Sprintf(`{"sub":"%d","exp":%d}`, d.r.IntN(1e6), 1_700_000_000+d.r.IntN(1e8)))) + "." + random(d.r, 43, base64Letters)
		},
		"pem": func(d *draw) string {
			return "-----BEGIN PRIVATE KEY-----\n" + random(d.r, 64, base64Letters) + "\n" + random(d.r, 64, base64Letters) + "\n-----END PRIVATE KEY-----"
		},
	}
}

func sequence(rest string) (cell, error) {
	start := count(rest, 1)
	return func(d *draw) (string, bool) { return strconv.Itoa(start + d.row), true }, nil
}

// numbers reads two bounds and the numbers behind them.
func numbers(rest string) ([]float64, error) {
	var bounds []float64
	for field := range strings.FieldsSeq(rest) {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return nil, fmt.Errorf("bounds: %w", err)
		}
		bounds = append(bounds, n)
	}
	if len(bounds) < 2 || bounds[1] < bounds[0] {
		return nil, fmt.Errorf("%q should be two bounds, the lower first", rest)
	}
	return append(bounds, 2), nil
}

func integers(rest string) (cell, error) {
	b, err := numbers(rest)
	return func(d *draw) (string, bool) { return strconv.Itoa(int(b[0]) + d.r.IntN(int(b[1]-b[0])+1)), true }, err
}

// decimals spreads evenly between two bounds, with two decimals, or as many as a third number says.
func decimals(rest string) (cell, error) {
	b, err := numbers(rest)
	return func(d *draw) (string, bool) {
		return strconv.FormatFloat(b[0]+d.r.Float64()*(b[1]-b[0]), 'f', int(b[2]), 64), true
	}, err
}

// bell is decimals that crowd in the middle, as measured values do.
func bell(rest string) (cell, error) {
	b, err := numbers(rest)
	return func(d *draw) (string, bool) {
		at := math.Min(1, math.Max(0, 0.5+d.r.NormFloat64()/6))
		return strconv.FormatFloat(b[0]+at*(b[1]-b[0]), 'f', int(b[2]), 64), true
	}, err
}

// dates lie between two years, the layout follows: Go's, or "2006-01-02" for a date.
func dates(rest string) (cell, error) {
	fields := strings.SplitN(rest, " ", 3)
	if len(fields) < 2 {
		return nil, fmt.Errorf("%q should be two years", rest)
	}
	b, err := numbers(fields[0] + " " + fields[1])
	layout := "2006-01-02 15:04:05"
	if len(fields) == 3 {
		layout = fields[2]
	}
	return func(d *draw) (string, bool) {
		start := time.Date(int(b[0]), 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		end := time.Date(int(b[1])+1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		return time.Unix(start+d.r.Int64N(end-start), 0).UTC().Format(layout), true
	}, err
}

// born is the day on which the person of the row was born.
func born(layout string) (cell, error) {
	if layout == "" {
		layout = "2006-01-02"
	}
	return func(d *draw) (string, bool) { return d.person(1).born.Format(layout), true }, nil
}

func picks(rest string) (cell, error) {
	from := strings.Split(rest, "|")
	return func(d *draw) (string, bool) { return choose(d.r, from), true }, nil
}

func pattern(rest string) (cell, error) {
	return func(d *draw) (string, bool) { return fillPattern(d.r, rest), true }, nil
}

// word takes an entry of the language's lexicon, which may be a template itself.
func word(section string) (cell, error) {
	return func(d *draw) (string, bool) {
		entries := d.table.set.entries[d.table.Language][section]
		if len(entries) == 0 {
			return "", false
		}
		return entries[d.r.IntN(len(entries))](d)
	}, nil
}
