package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxDepth bounds nesting, for the parser recurses and a stack overflow cannot be recovered from.
const maxDepth = 64

// File is a parsed file with the places of everything that was bound from it.
type File struct {
	name     string
	lines    []string
	body     ast.Node
	places   map[string]place
	problems Problems
	bound    int          // so many of the problems were there when binding was done
	secret   map[int]veil // lines that may hold a secret, by number
}

// veil says how much of a line is kept from excerpts.
type veil int

const (
	behindKey veil = iota + 1 // what stands behind the line's first key
	wholeLine                 // even its key may be a secret
)

// place is where a value, or the lack of one, is shown to a person.
type place struct {
	line, column int
	veil         veil // set on the line when a problem is found here
}

// Parse reads the text of a file. The name is what problems call it. Faults of the text are in [File.Err];
// a file with such faults binds nothing.
func Parse(name string, text []byte) *File {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	f := &File{name: name, places: map[string]place{}, secret: map[int]veil{}}
	if !utf8.Valid(text) {
		f.add(place{}, "it is not UTF-8 text", "save it as UTF-8")
		return f
	}
	// One kind of line end, so that the parser's positions and ours agree.
	clean := strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r", "\n")
	f.lines = strings.Split(clean, "\n")
	f.parse(clean)
	return f
}

// Err is nil, or the [Problems] found so far, in order of place.
func (f *File) Err() error {
	if len(f.problems) == 0 {
		return nil
	}
	shown := slices.Clone(f.problems)
	for i := range shown {
		shown[i].Excerpt = f.excerpt(shown[i].Line, shown[i].Column) // only now is it known which lines hold secrets
	}
	return shown.inOrder()
}

// parse fills the body. The parser is a fine one and has still panicked on odd input before, so a panic is
// taken for what it is: text that nobody can read.
func (f *File) parse(text string) {
	defer func() {
		if recover() != nil {
			f.body = nil
			f.add(place{}, "it cannot be read as YAML", "look for stray brackets, quotes and tabs")
		}
	}()
	tokens := lexer.Tokenize(text)
	if deep := tooDeep(tokens); deep != nil {
		f.add(at(deep), fmt.Sprintf("nested more than %d deep", maxDepth), "write it flatter")
		return
	}
	parsed, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // repeats are told by bind, with the others
	if err != nil {
		f.syntax(err)
		return
	}
	for _, doc := range parsed.Docs {
		switch {
		case doc.Body == nil:
		case doc.Body.Type() == ast.DirectiveType:
			f.add(at(doc.Body.GetToken()), "a YAML directive is not read here", "remove the line")
		case f.body != nil:
			f.add(at(doc.Body.GetToken()), "a second document in one file", "put it into a file of its own")
		default:
			f.body = doc.Body
		}
	}
}

// tooDeep returns the token that nests too deeply, or nil. Indentation needs no count: each level costs at
// least a column a line. Brackets and runs of "- - -" and "? ? ?" do.
func tooDeep(tokens token.Tokens) *token.Token {
	flow, run, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, run = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType:
			run++
		}
		if flow > maxDepth || run > maxDepth {
			return t
		}
	}
	return nil
}

// syntax reports what the parser could not read.
func (f *File) syntax(err error) {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		f.add(place{}, "it cannot be read as YAML", "look for stray brackets, quotes and tabs")
		return
	}
	p := at(syntax.GetToken())
	if p.line >= 1 && p.line <= len(f.lines) && namesSecret(f.lines[p.line-1]) {
		p.veil = behindKey
	}
	f.add(p, "not YAML: "+syntax.GetMessage(), syntaxMend(syntax.GetMessage()))
}

// syntaxMend puts the parser's commonest complaints into what a person does about them. The words are only
// looked at to choose advice; nothing depends on them.
func syntaxMend(message string) string {
	switch {
	case strings.Contains(message, "quoted"):
		return "close the quotation mark"
	case strings.Contains(message, "'\t'"):
		return "indent with spaces, not tabs"
	case strings.Contains(message, "mapping value is not allowed"):
		return "put a text that holds a colon into quotation marks"
	case strings.Contains(message, "must be specified"):
		return "close the bracket"
	}
	return "look at the indentation of this line and the one before"
}

func at(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{}
	}
	return place{line: t.Position.Line, column: t.Position.Column}
}
