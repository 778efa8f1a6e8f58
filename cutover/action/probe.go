package action

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"nightferry/cutover"
	"nightferry/internal/expr"
)

func probeFields() []field {
	return []field{{name: "url", shape: shapeURL}, {name: "contains", shape: shapeText, optional: true}, {name: "status", shape: shapeNumber, optional: true}}
}

// probe asks a service over HTTPS as a user would, until it answers rightly or the step's deadline ends.
type probe struct {
	web      Web
	address  string
	contains string
	status   int
}

const (
	probePause = 500 * time.Millisecond // between two questions: a server that starts needs a few seconds
	probeBody  = 1 << 20                // bytes of an answer that are looked at
)

func newProbe(r *Registry, f fields) cutover.Action { return probeOf(r, f) }

func probeOf(r *Registry, f fields) *probe {
	p := &probe{web: r.Web, address: f.text["url"], contains: f.text["contains"], status: http.StatusOK}
	if wanted, given := f.numbers["status"]; given {
		p.status = wanted
	}
	return p
}

// Check has nothing to look at: the service may not be up yet.
func (p *probe) Check(context.Context, cutover.Attempt) (cutover.Memo, error) { return nil, nil }

// Do asks again and again; the last reason is the error when time is up.
func (p *probe) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	address, err := url.Parse(p.address)
	if err != nil {
		return cutover.Result{}, refuse("correct url in the runbook", "the address cannot be read")
	}
	client, err := p.web.HTTP(address)
	if err != nil {
		return cutover.Result{}, err
	}
	pause := time.NewTicker(probePause)
	defer pause.Stop()
	for {
		elapsed, err := p.ask(ctx, client)
		if err == nil {
			return cutover.Result{Facts: expr.Facts{"status": expr.Int(int64(p.status)), "elapsed": expr.Duration(elapsed)}}, nil
		}
		io.WriteString(a.Output, err.Error()+"\n") //nolint:errcheck // a viewer that is gone must not fail the step
		select {
		case <-ctx.Done():
			return cutover.Result{}, err
		case <-pause.C:
		}
	}
}

func (p *probe) ask(ctx context.Context, client *http.Client) (time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address, nil)
	if err != nil {
		return 0, refuse("correct url in the runbook", "the address cannot be read")
	}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return 0, noAnswer(p.address, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, probeBody))
	elapsed := time.Since(began)
	switch {
	case err != nil:
		return 0, refuse("look at the service", "%s breaks off its answer", p.address)
	case response.StatusCode != p.status:
		return 0, refuse("look at the log of the web server", "%s answers %d, not %d", p.address, response.StatusCode, p.status)
	case p.contains != "" && !bytes.Contains(body, []byte(p.contains)):
		return 0, refuse("open it in a browser", "%s answers without the expected text", p.address)
	}
	return elapsed, nil
}

// Verify has nothing to add: Do was the proof.
func (p *probe) Verify(context.Context, cutover.Attempt) error { return nil }

// Undo has nothing to take back.
func (p *probe) Undo(context.Context, cutover.Attempt) error { return nil }

// Probe answers not done: asking again is the way to know.
func (p *probe) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	return cutover.ProbeNotDone, nil
}

// Reversible is false: nothing was changed.
func (p *probe) Reversible() bool { return false }
