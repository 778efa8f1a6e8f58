package labelled

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"nightferry/testdata/labelled/identifier"
)

// parseCell reads how a column is filled: a word, and what belongs to it.
//
//	sparse SHARE VALUES        NULL but for a share of the rows
//	tail VALUES / VALUES       the first in the last tenth of the table, the second before
//	mix SHARE VALUES / VALUES  the first in a share of the rows, else the second
//	base64, upper, array, gapped VALUES
//	decoy IDENTIFIER           an identifier with a wrong check digit
//	ref SCHEMA.TABLE.COLUMN    a value of another column
//	format TEXT                text with <VALUES> in it; \< stands for <
//
// and the plain ones of [plainCells], among them all of package identifier.
func parseCell(spec string) (cell, error) {
	word, rest, _ := strings.Cut(spec, " ")
	switch word {
	case "":
		return nil, fmt.Errorf("nothing says how it is filled")
	case "sparse", "mix":
		return shared(word, rest)
	case "tail":
		late, early, err := pair(rest)
		return func(d *draw) (string, bool) {
			if d.row*10 >= d.rows*9 {
				return late(d)
			}
			return early(d)
		}, err
	case "base64", "upper", "array", "gapped":
		return wrapped(word, rest)
	case "decoy":
		k, err := identifier.Find(rest)
		if err == nil && !k.HasCheck() {
			err = fmt.Errorf("%s has no check digit", rest)
		}
		return func(d *draw) (string, bool) { return k.Decoy(d.r, d.person(1).holder()), true }, err
	case "ref":
		return reference(rest), nil
	case "format":
		return template(rest)
	}
	if read, found := plainCells()[word]; found {
		return read(rest)
	}
	k, err := identifier.Find(word)
	if err != nil {
		return nil, fmt.Errorf("%q is not a way to fill a column", word)
	}
	n := count(rest, 1)
	return func(d *draw) (string, bool) { return k.Make(d.r, d.person(n).holder()), true }, nil
}

// pair reads "VALUES / VALUES".
func pair(text string) (first, second cell, err error) {
	a, b, found := strings.Cut(text, " / ")
	if !found {
		return nil, nil, fmt.Errorf("%q should be two ways, parted by \" / \"", text)
	}
	if first, err = parseCell(a); err != nil {
		return nil, nil, err
	}
	second, err = parseCell(b)
	return first, second, err
}

func shared(word, rest string) (cell, error) {
	share, rest, _ := strings.Cut(rest, " ")
	part, err := strconv.ParseFloat(share, 64)
	if err != nil {
		return nil, fmt.Errorf("share: %w", err)
	}
	if word == "sparse" {
		rest += " / null"
	}
	often, seldom, err := pair(rest)
	return func(d *draw) (string, bool) {
		if d.r.Float64() < part {
			return often(d)
		}
		return seldom(d)
	}, err
}

func wrapped(word, rest string) (cell, error) {
	inner, err := parseCell(rest)
	wrap := map[string]func(string) string{
		"base64": func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) },
		"upper":  strings.ToUpper,
		"array":  func(text string) string { return `{"` + strings.ReplaceAll(text, ", ", `","`) + `"}` },
		"gapped": inFours,
	}[word]
	return func(d *draw) (string, bool) {
		text, known := inner(d)
		if !known {
			return "", false
		}
		return wrap(text), true
	}, err
}

// inFours writes an account as people do, "DE12 3456 …".
func inFours(text string) string {
	var out strings.Builder
	for i, c := range text {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(c)
	}
	return out.String()
}

// reference takes the value of another column in a row drawn at random.
func reference(path string) cell {
	return func(d *draw) (string, bool) {
		t, c := d.table.set.target(path)
		if t == nil || t.Count(d.size) == 0 {
			return "", false
		}
		return t.value(c, d.seed, d.r.IntN(t.Count(d.size)), d.size)
	}
}

// template reads text with <VALUES> in it. Values that are NULL leave nothing.
func template(text string) (cell, error) {
	var parts []cell
	plain := func(s string) {
		if s != "" {
			s = strings.ReplaceAll(s, "\x00", "<")
			parts = append(parts, func(*draw) (string, bool) { return s, true })
		}
	}
	rest := strings.NewReplacer(`\<`, "\x00", `\n`, "\n", `\r`, "\r").Replace(text)
	for {
		before, after, found := strings.Cut(rest, "<")
		plain(before)
		if !found {
			break
		}
		spec, behind, closed := strings.Cut(after, ">")
		if !closed {
			return nil, fmt.Errorf("%q has a < without its >", text)
		}
		part, err := parseCell(spec)
		if err != nil {
			return nil, err
		}
		parts, rest = append(parts, part), behind
	}
	return func(d *draw) (string, bool) {
		var out strings.Builder
		for _, part := range parts {
			text, _ := part(d)
			out.WriteString(text)
		}
		return out.String(), true
	}, nil
}

// count reads a number that may be left out.
func count(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return otherwise
	}
	return n
}
