package odoorpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// JSON-2 is Odoo's protocol since 19: POST /json/2/MODEL/METHOD with named arguments and an API key. It is spoken
// where XML-RPC is not there; limits and distrust are the same.

// noSuchPath is the status of a path that a server does not serve.
type noSuchPath int

func (s noSuchPath) Error() string { return fmt.Sprintf("it answered with HTTP status %d", int(s)) }

// hasNoXMLRPC tells whether an error means that the server serves no XML-RPC at all.
func hasNoXMLRPC(err error) bool {
	_, ok := errors.AsType[noSuchPath](err)
	return ok
}

// json2Version asks for the series by the way that needs neither login nor database.
func (c *Client) json2Version(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.JoinPath("web", "version").String(), nil)
	if err != nil {
		return "", c.fail(Unreachable, "", errors.New("the address cannot be used"))
	}
	status, answer, err := c.exchangeJSON(ctx, request, "")
	if err != nil {
		return "", err
	}
	fields, _ := answer.(map[string]any)
	version := newRow("version", fields)
	serie := version.Text("version")
	if err := version.Err(); err != nil || serie == "" || status != http.StatusOK {
		return "", c.fail(NotOdoo, "", errors.New("it answered, without saying its version"))
	}
	c.json2.Store(true)
	return strings.SplitN(serie, "-", 2)[0], nil // "19.0-20260101" of nightly builds
}

// json2Login asks who the API key belongs to. Nothing is noted as a login, and it is asked once: keys are not tried.
func (c *Client) json2Login(ctx context.Context) (*Session, error) {
	const model = "res.users"
	answer, err := c.ask(ctx, model, "context_get", map[string]any{})
	if err != nil {
		return nil, err
	}
	fields, _ := answer.(map[string]any)
	row := newRow(model, fields)
	uid := row.Int("uid")
	if err := row.Err(); err != nil || uid <= 0 {
		return nil, c.fail(BadAnswer, model, errors.New("it does not say whose the API key is"))
	}
	return &Session{client: c, uid: uid, json2: true}, nil
}

// ask sends one call over JSON-2. Who may be asked what is checked by [Session.execute].
func (c *Client) ask(ctx context.Context, model, method string, named map[string]any) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	body, err := json.Marshal(named)
	if err != nil {
		return nil, c.fail(BadAnswer, model, errors.New("the question could not be encoded"))
	}
	target := c.base.JoinPath("json", "2", model, method)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, c.fail(Unreachable, model, errors.New("the address cannot be used"))
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Authorization", "bearer "+c.opts.Secret)
	if c.opts.Database != "" {
		request.Header.Set("X-Odoo-Database", c.opts.Database)
	}
	status, answer, err := c.exchangeJSON(ctx, request, model)
	switch {
	case hasNoXMLRPC(err) && c.json2.Load(): // it said its version, and has no such database
		return nil, c.fail(WrongDatabase, "", nil)
	case err != nil:
		return nil, err
	case status != http.StatusOK:
		return nil, c.refusal(status, answer, model)
	}
	return answer, nil
}

// exchangeJSON sends a request and returns status and answer. Whatever is not JSON is an error.
func (c *Client) exchangeJSON(ctx context.Context, request *http.Request, model string) (status int, answer any, err error) {
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "nightferry")
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, c.located(unreached(err), model)
	}
	defer response.Body.Close()
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if kind != "application/json" || response.StatusCode >= 300 && response.StatusCode < 400 {
		return 0, nil, c.located(recognise(response, "application/json"), model)
	}
	body, err := c.read(ctx, response.Body)
	if err != nil {
		return 0, nil, c.located(err, model)
	}
	answer, err = decodeJSON(body)
	if err != nil {
		return 0, nil, c.fail(BadAnswer, model, err)
	}
	return response.StatusCode, answer, nil
}

// refusal turns an error object into an error of ours. Its message is looked into, and its traceback is not.
func (c *Client) refusal(status int, answer any, model string) *Error {
	fields, _ := answer.(map[string]any)
	name, _ := fields["name"].(string)
	message, _ := fields["message"].(string)
	name = name[strings.LastIndexByte(name, '.')+1:]
	failure := c.fail(ServerFault, model, nil)
	failure.Code = fmt.Sprintf("HTTP %d", status)
	switch {
	case status == http.StatusTooManyRequests, strings.Contains(strings.ToLower(message), "too many"):
		failure.Kind = CoolDown
	case status == http.StatusUnauthorized, name == "AccessDenied":
		failure.Kind, failure.cause = WrongLogin, errors.New("this protocol takes an API key, and no password")
	case name == "AccessError":
		failure.Kind, failure.Groups = Denied, groups(message)
	case status == http.StatusNotFound && strings.Contains(message, model) && !strings.Contains(message, "method"):
		failure.Kind = NoModel
	case databaseMissing(message):
		failure.Kind = WrongDatabase
	}
	return failure
}

// decodeJSON builds an answer of the kinds that XML-RPC also has: int64, float64, string, bool, nil, lists and tables.
// It bears no more depth and no more values than [guard] does.
func decodeJSON(body []byte) (any, error) {
	d := jsonAnswer{from: json.NewDecoder(bytes.NewReader(body))}
	d.from.UseNumber()
	answer, err := d.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := d.from.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the answer goes on after its end")
	}
	return answer, nil
}

type jsonAnswer struct {
	from   *json.Decoder
	values int
}

func (d *jsonAnswer) value(depth int) (any, error) {
	token, err := d.from.Token()
	if err != nil {
		return nil, errors.New("the answer could not be decoded") // the decoder's own words can quote it
	}
	d.values++
	switch {
	case depth > maxDepth:
		return nil, fmt.Errorf("the answer is nested deeper than %d elements", maxDepth)
	case d.values > maxValues:
		return nil, fmt.Errorf("the answer has more than %d values", maxValues)
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return d.list(depth)
		}
		return d.table(depth)
	case json.Number:
		if n, err := t.Int64(); err == nil {
			return n, nil
		}
		n, err := t.Float64()
		if err != nil {
			return nil, errors.New("the answer holds a number beyond all measure")
		}
		return n, nil
	}
	return token, nil // string, bool, nil
}

func (d *jsonAnswer) list(depth int) (any, error) {
	list := []any{}
	for d.from.More() {
		item, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, d.closed()
}

func (d *jsonAnswer) table(depth int) (any, error) {
	table := map[string]any{}
	for d.from.More() {
		name, err := d.from.Token()
		key, ok := name.(string)
		if err != nil || !ok {
			return nil, errors.New("the answer could not be decoded")
		}
		item, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		table[key] = item
	}
	return table, d.closed()
}

// closed takes the bracket that ends a list or table.
func (d *jsonAnswer) closed() error {
	if _, err := d.from.Token(); err != nil {
		return errors.New("the answer is incomplete")
	}
	return nil
}
