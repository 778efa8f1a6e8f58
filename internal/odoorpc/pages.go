package odoorpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// Each reads rows in the order of their ids, inactive ones too, a page at a time. It returns whether the
// limit on rows cut it short. On an error the rows seen so far are not all.
func (s *Session) Each(ctx context.Context, q Query, row func(Row)) (truncated bool, err error) {
	if len(q.Fields) == 0 {
		return false, fmt.Errorf("no fields were named for %s", q.Model)
	}
	ctx, cancel := context.WithCancel(ctx) // a page that was asked for ahead and not needed is dropped
	defer cancel()
	var last int64
	page := s.ahead(ctx, q, 0)
	for seen := 0; ; {
		got := <-page.answer
		more := seen+s.client.opts.PageRows < s.client.opts.MaxRows
		var next pageAhead
		if id, full := got.lastID(s.client.opts.PageRows); full && more {
			next = s.ahead(ctx, q, id) // the server works on it while these rows are read
		}
		rows, err := s.pageRows(got, q.Model)
		if err != nil {
			return false, err
		}
		for _, values := range rows {
			r := newRow(q.Model, values)
			id := r.Int("id")
			if r.Err() == nil && id <= last {
				// A server that repeats itself would keep us for ever.
				return false, s.client.fail(BadAnswer, q.Model, errors.New("the rows are not in the order of their ids"))
			}
			last = id
			row(r)
			if err := r.Err(); err != nil {
				return false, s.client.fail(BadAnswer, q.Model, err)
			}
		}
		switch seen += len(rows); {
		case len(rows) < s.client.opts.PageRows:
			return false, nil
		case !more:
			return true, nil
		case next.answer == nil || next.after != last:
			next = s.ahead(ctx, q, last)
		}
		page = next
	}
}

// pageAhead is a page that was asked for and may not have come yet.
type pageAhead struct {
	after  int64
	answer chan pageAnswer
}

// pageAnswer is what came: bytes over XML-RPC, an answer over JSON-2, or an error.
type pageAnswer struct {
	body   []byte
	answer any
	err    error
}

// ahead asks for the page of rows after an id. Of one reading never more than one page is asked for at a time.
func (s *Session) ahead(ctx context.Context, q Query, after int64) pageAhead {
	page := pageAhead{after: after, answer: make(chan pageAnswer, 1)}
	go func() {
		var got pageAnswer
		got.body, got.answer, got.err = s.request(ctx, q.Model, "search_read", []any{}, map[string]any{
			"domain": append(slices.Clone(q.Where), Is("id", ">", after)), "fields": q.Fields,
			"order": "id", "limit": s.client.opts.PageRows,
		})
		page.answer <- got
	}()
	return page
}

// lastID guesses, from the bytes of a page that seems full, where the next one begins. A wrong guess costs a question
// and nothing else: the rows themselves decide.
func (a pageAnswer) lastID(full int) (id int64, ok bool) {
	name := []byte("<name>id</name>")
	if a.err != nil || bytes.Count(a.body, name) != full {
		return 0, false
	}
	rest := a.body[bytes.LastIndex(a.body, name)+len(name):]
	match := regexp.MustCompile(`^\s*<value>\s*<int>([0-9]{1,10})</int>`).FindSubmatch(rest[:min(len(rest), 100)])
	if match == nil {
		return 0, false
	}
	id, err := strconv.ParseInt(string(match[1]), 10, 64)
	return id, err == nil
}

func (s *Session) pageRows(got pageAnswer, model string) ([]map[string]any, error) {
	answer, err := got.answer, got.err
	if err == nil && !s.json2 {
		answer, err = s.client.understand(got.body, model)
	}
	if err != nil {
		return nil, err
	}
	rows, err := s.rows(answer, model)
	if err == nil && len(rows) > s.client.opts.PageRows {
		err = s.client.fail(BadAnswer, model, errors.New("more rows came than were asked for"))
	}
	return rows, err
}
