package odoorpc

import (
	"bytes"
	"errors"
	"fmt"
)

const (
	maxDepth  = 64      // elements within elements; Odoo's answers need about 20
	maxValues = 600_000 // <value> elements; a page of 2,000 rows with 40 fields has 80,000
)

// guard walks an answer before it is decoded and returns whether it is a fault. It allows exactly what
// XML-RPC consists of: the known tags without attributes, and text. All else is refused: comments, CDATA,
// processing instructions and document types make the decoder lose text, deep nesting makes it overflow
// its stack, and many small values make it use many times the memory of the answer.
func guard(body []byte) (isFault bool, err error) {
	body = withoutDeclaration(body)
	var depth, values, tags int
	for {
		open := bytes.IndexByte(body, '<')
		if open < 0 {
			break
		}
		name, closing, empty, rest, ok := scanTag(body[open+1:])
		if !ok {
			return false, errors.New("the answer holds something that XML-RPC does not have")
		}
		body = rest
		tags++
		switch {
		case closing:
			depth--
		case !empty:
			depth++
		}
		if name == "value" && !closing {
			values++
		}
		isFault = isFault || tags == 2 && name == "fault"
		switch {
		case tags == 1 && (name != "methodResponse" || closing):
			return false, errors.New("the answer is not a method response")
		case depth > maxDepth:
			return false, fmt.Errorf("the answer is nested deeper than %d elements", maxDepth)
		case values > maxValues:
			return false, fmt.Errorf("the answer has more than %d values", maxValues)
		case depth < 0:
			return false, errors.New("the answer closes what it never opened")
		}
	}
	if tags == 0 || depth != 0 {
		return false, errors.New("the answer is incomplete")
	}
	return isFault, nil
}

// withoutDeclaration drops a leading <?xml ...?>, the only processing instruction allowed.
func withoutDeclaration(body []byte) []byte {
	body = bytes.TrimLeft(body, " \t\r\n")
	if !bytes.HasPrefix(body, []byte("<?xml ")) {
		return body
	}
	end := bytes.Index(body, []byte("?>"))
	if end < 0 {
		return body
	}
	return body[end+2:]
}

// scanTag reads what follows a '<': a known name without attributes.
func scanTag(s []byte) (name string, closing, empty bool, rest []byte, ok bool) {
	end := bytes.IndexByte(s[:min(len(s), 40)], '>')
	if end < 0 {
		return "", false, false, nil, false
	}
	tag, rest := s[:end], s[end+1:]
	if tag, closing = bytes.CutPrefix(tag, []byte("/")); !closing {
		tag, empty = bytes.CutSuffix(tag, []byte("/"))
	}
	name = string(bytes.TrimRight(tag, " \t\r\n"))
	switch name {
	case "methodResponse", "params", "param", "fault", "value", "struct", "member", "name", "array", "data",
		"int", "i4", "i8", "boolean", "string", "double", "dateTime.iso8601", "base64":
		return name, closing, empty, rest, true
	}
	return "", false, false, nil, false
}
