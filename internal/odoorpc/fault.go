package odoorpc

import (
	"regexp"
	"strconv"
	"strings"
)

// fault turns Odoo's fault into an error of ours. Codes are 1 for any exception with its traceback, 2 for
// what a user did, 3 for a refused login and 4 for a refused access; the first protocol sent words instead.
// The text is looked into, in the English that execute asks for, and kept nowhere.
func (c *Client) fault(answer any, model string) *Error {
	fields, _ := answer.(map[string]any)
	row := newRow("fault", fields)
	text, _ := fields["faultString"].(string)
	code := faultCode(row)
	failure := c.fail(ServerFault, model, nil)
	failure.Code = code
	switch {
	case databaseMissing(text):
		failure.Kind = WrongDatabase
	case code == "3" && strings.Contains(strings.ToLower(text), "too many"):
		failure.Kind = CoolDown
	case code == "3" || code == "AccessDenied":
		failure.Kind = WrongLogin
	case code == "4" || code == "AccessError" || strings.HasPrefix(text, "AccessError"):
		failure.Kind, failure.Groups = Denied, groups(text)
	case code == "2" && model != "" && strings.Contains(text, model) && strings.Contains(text, "exist"):
		failure.Kind = NoModel
	}
	return failure
}

// faultCode is a number, or a word that looks like the name of an exception: the first line of a text can
// quote anything.
func faultCode(row Row) string {
	switch code := row.values["faultCode"].(type) {
	case int64:
		return strconv.FormatInt(code, 10)
	case string:
		switch word, _, _ := strings.Cut(code, "\n"); strings.TrimSpace(word) {
		case "AccessDenied", "AccessError", "warning -- AccessError", "warning -- UserError":
			return strings.TrimPrefix(strings.TrimSpace(word), "warning -- ")
		}
		return "in words"
	}
	return "missing"
}

// databaseMissing recognises PostgreSQL's refusal, which ends a traceback.
func databaseMissing(text string) bool {
	return regexp.MustCompile(`database "[^"\n]*" does not exist`).MatchString(text)
}

// groups reads the names of groups that follow a line that ends in "groups:". Nothing else of the text is
// looked at: refusals by record rules list records by their names.
func groups(text string) []string {
	_, list, found := strings.Cut(text, "groups:\n")
	if !found {
		return nil
	}
	plausible := regexp.MustCompile(`^\s*- ([\p{L}\p{N} /&().,'-]{1,80})$`)
	var named []string
	for line := range strings.Lines(list) {
		match := plausible.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if match == nil || len(named) == 5 {
			break
		}
		named = append(named, strings.TrimSpace(match[1]))
	}
	return named
}
