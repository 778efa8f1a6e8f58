package odoorpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"

	"github.com/kolo/xmlrpc"
)

// call sends one method call to /xmlrpc/2/SERVICE and returns what it answered. The model, where there is
// one, is for errors only.
func (c *Client) call(ctx context.Context, service, method, model string, args ...any) (any, error) {
	body, err := c.send(ctx, service, method, model, args...)
	if err != nil {
		return nil, err
	}
	return c.understand(body, model)
}

// send sends one method call and returns the bytes of the answer.
func (c *Client) send(ctx context.Context, service, method, model string, args ...any) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	request, err := xmlrpc.EncodeMethodCall(method, args...)
	if err != nil {
		return nil, c.fail(BadAnswer, model, errors.New("the question could not be encoded"))
	}
	body, err := c.post(ctx, service, request)
	if err != nil {
		return nil, c.located(err, model)
	}
	return body, nil
}

// understand takes the bytes of an answer for what they say.
func (c *Client) understand(body []byte, model string) (any, error) {
	isFault, err := guard(body)
	if err != nil {
		return nil, c.fail(BadAnswer, model, err)
	}
	answer, err := decode(body)
	if err != nil {
		return nil, c.fail(BadAnswer, model, err)
	}
	if isFault {
		return nil, c.fault(answer, model)
	}
	return answer, nil
}

// post exchanges bytes. The answer is known to be short enough and to call itself XML.
func (c *Client) post(ctx context.Context, service string, body []byte) ([]byte, error) {
	target := c.base.JoinPath("xmlrpc", "2", service)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Kind: Unreachable, cause: errors.New("the address cannot be used")}
	}
	request.Header.Set("Content-Type", "text/xml") // without it Odoo answers with a parser's fault
	request.Header.Set("User-Agent", "nightferry")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, unreached(err)
	}
	defer response.Body.Close()
	if err := recognise(response, "text/xml", "application/xml"); err != nil {
		return nil, err
	}
	return c.read(ctx, response.Body)
}

// read takes a whole answer, if it is short enough and comes in time.
func (c *Client) read(ctx context.Context, body io.Reader) ([]byte, error) {
	answer, err := io.ReadAll(io.LimitReader(body, c.opts.MaxBytes+1))
	switch {
	case ctx.Err() != nil:
		return nil, unreached(ctx.Err())
	case err != nil:
		return nil, &Error{Kind: BadAnswer, cause: errors.New("the answer ended early")}
	case int64(len(answer)) > c.opts.MaxBytes:
		return nil, &Error{Kind: TooLarge, cause: fmt.Errorf("the answer is larger than %d bytes", c.opts.MaxBytes)}
	}
	return answer, nil
}

// recognise refuses what cannot be Odoo's RPC before its body is read: it must be of one of the kinds.
func recognise(response *http.Response, kinds ...string) error {
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		where := "elsewhere"
		if to, err := url.Parse(response.Header.Get("Location")); err == nil && to.Host != "" {
			where = "to " + clean(to.Scheme+"://"+to.Host, 200)
		}
		return &Error{Kind: Redirected, cause: errors.New("it redirects " + where)}
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch response.StatusCode {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return &Error{Kind: NotOdoo, cause: noSuchPath(response.StatusCode)}
	case http.StatusOK:
		if !slices.Contains(kinds, kind) {
			return &Error{Kind: NotOdoo, cause: fmt.Errorf("it answered with %q, not with %s", clean(kind, 60), kinds[0])}
		}
		return nil
	}
	return &Error{Kind: NotOdoo, cause: fmt.Errorf("it answered with HTTP status %d", response.StatusCode)}
}

// decode gives kolo's decoder an answer that passed the guard. A panic there is the server's doing.
func decode(body []byte) (answer any, err error) {
	defer func() {
		if recover() != nil {
			answer, err = nil, errors.New("the answer could not be decoded")
		}
	}()
	if err := xmlrpc.Response(body).Unmarshal(&answer); err != nil {
		// The decoder's own words can quote the answer.
		return nil, errors.New("the answer could not be decoded")
	}
	return answer, nil
}
