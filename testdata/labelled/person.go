package labelled

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"nightferry/testdata/labelled/identifier"
)

// person is someone who does not exist. Two family names in five carry a mark that says so; mail goes to .example,
// and phone numbers are those that regulators keep for films.
type person struct {
	given, family string
	female        bool
	born          time.Time
	street, zip   string
	city          string
	phone, mobile string
	email, login  string
}

// person draws the k-th person of a row, always the same one.
func (d *draw) person(k int) person {
	r := rand.New(rand.NewPCG(hash(d.seed, d.table.QualifiedName(), "person", k), uint64(d.row))) //nolint:gosec // made-up people need no secrecy
	words := d.words()
	p := person{female: r.IntN(2) == 0}
	given := "given m"
	if p.female {
		given = "given f"
	}
	p.given, p.family = choose(r, words[given]), d.family(r)
	first, years := 1928, 92
	if d.table.staff {
		first, years = 1958, 46
	}
	p.born = time.Date(first+r.IntN(years), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	zip, city, _ := strings.Cut(choose(r, words["place"]), "=")
	p.zip, p.city = fillPattern(r, zip), city
	p.street = strings.ReplaceAll(choose(r, words["street"]), "~", strconv.Itoa(1+r.IntN(199)))
	p.phone, p.mobile = fillPattern(r, choose(r, words["phone"])), fillPattern(r, choose(r, words["mobile"]))
	plain := plainLetters(p.given) + "." + plainLetters(strings.Fields(p.family)[0])
	p.email = fmt.Sprintf("%s%d@%s.example", plain, r.IntN(100), choose(r, words["domain"]))
	p.login = plainLetters(p.given)[:1] + plainLetters(strings.Fields(p.family)[0])
	return p
}

// family draws a family name as the language forms it.
func (d *draw) family(r *rand.Rand) string {
	words := d.words()
	name := choose(r, words["family"])
	marked := r.IntN(5) < 2
	switch {
	case d.table.Language == "es" && marked:
		return name + " " + choose(r, words["mark"])
	case d.table.Language == "es":
		return name + " " + choose(r, words["family"])
	case marked:
		return name + "-" + choose(r, words["mark"])
	}
	return name
}

func (p person) holder() identifier.Holder {
	return identifier.Holder{Born: p.born, Female: p.female, Family: strings.ToUpper(plainLetters(p.family))}
}

// plainLetters writes a name as a login has it.
func plainLetters(name string) string {
	var out strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case c == 'ä':
			out.WriteString("ae")
		case c == 'ö':
			out.WriteString("oe")
		case c == 'ü':
			out.WriteString("ue")
		case c == 'ß':
			out.WriteString("ss")
		case strings.ContainsRune("éèêë", c):
			out.WriteByte('e')
		case strings.ContainsRune("áàâ", c):
			out.WriteByte('a')
		case strings.ContainsRune("íîïı", c):
			out.WriteByte('i')
		case strings.ContainsRune("óô", c):
			out.WriteByte('o')
		case c == 'ú':
			out.WriteByte('u')
		case c == 'ñ':
			out.WriteByte('n')
		case c == 'ç':
			out.WriteByte('c')
		case c == 'ş':
			out.WriteByte('s')
		case c != ' ' && c != '\'':
			out.WriteRune(c)
		}
	}
	return out.String()
}

func choose(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// fillPattern replaces 9 by a digit, A by a letter, x by a hexadecimal digit; what follows a backslash
// stays.
func fillPattern(r *rand.Rand, pattern string) string {
	var out strings.Builder
	literal := false
	for _, c := range pattern {
		switch {
		case literal:
			out.WriteRune(c)
			literal = false
		case c == '\\':
			literal = true
		case c == '9':
			out.WriteByte(byte('0' + r.IntN(10)))
		case c == 'A':
			out.WriteByte(byte('A' + r.IntN(26)))
		case c == 'x':
			out.WriteByte("0123456789abcdef"[r.IntN(16)])
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}
