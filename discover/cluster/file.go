package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// mostFile bounds one file, in bytes. All together may hold as much as an API may send.
const mostFile = 64 << 20

// shelf is the files of a cluster on the way through them.
type shelf struct {
	r     *reading
	left  int64
	seen  map[string]bool // objects, which can be in several files
	odd   map[string]int  // objects of kinds that are not read, by kind
	wrong []string        // what is wrong with files as a whole
}

// fromFiles reads what `kubectl get -o json` wrote. A kind that no file has is not asked: kubectl writes nothing of
// a kind of which there is nothing, unless the file is called by it, as networkpolicies.json.
func (r *reading) fromFiles(ctx context.Context, paths []string) error {
	own := &r.found.Collected
	own.Address, own.Account = strings.Join(paths, ", "), "files of kubectl get"
	s := &shelf{r: r, left: mostAnswers, seen: map[string]bool{}, odd: map[string]int{}}
	files, newest := s.files(paths)
	if !newest.IsZero() {
		own.At = newest.UTC().Truncate(time.Second) // what they say was so then
	}
	for _, path := range files {
		if ctx.Err() != nil {
			s.wrong = append(s.wrong, path+": there was no time left to read it")
			continue
		}
		r.note(filepath.Base(path))
		s.file(path)
	}
	if len(r.results) == 0 && len(s.wrong) > 0 {
		return &Error{Kind: BadFile, words: strings.Join(few(s.wrong), "; "), mend: "write it anew: kubectl get KIND --all-namespaces -o json > KIND.json"}
	}
	s.rest()
	return nil
}

// rest says what is known of the kinds that no file had: nothing, and why.
func (s *shelf) rest() {
	own := &s.r.found.Collected
	own.Warnings = append(own.Warnings, few(s.wrong)...)
	for _, kind := range slices.Sorted(maps.Keys(s.odd)) {
		warning := fmt.Sprintf("%d objects of kind %s are in the files and were not looked at", s.odd[kind], kind)
		if kind == "Secret" {
			warning += "; take them out of the files: nothing here needs them"
		}
		own.Warnings = append(own.Warnings, warning)
	}
	for _, k := range kinds() {
		if _, read := s.r.results[k.title()]; read {
			continue
		}
		is := result{coverage: estate.NotAsked, missing: true}
		if len(s.wrong) > 0 {
			is = result{coverage: estate.Failed, problem: "it may be in a file that cannot be read: " + s.wrong[0]}
		}
		s.r.results[k.title()] = is
	}
}

// files lists the files that are named, and those of the folders that are; newest is when the last was written.
func (s *shelf) files(paths []string) (files []string, newest time.Time) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			s.wrong = append(s.wrong, path+": there is no such file, or it cannot be reached")
			continue
		}
		found := []string{path}
		if info.IsDir() {
			if found, err = filepath.Glob(filepath.Join(path, "*.json")); err != nil || len(found) == 0 {
				s.wrong = append(s.wrong, path+": the folder has no file *.json")
			}
		}
		for _, file := range found {
			if info, err := os.Stat(file); err == nil && info.ModTime().After(newest) {
				newest = info.ModTime()
			}
		}
		files = append(files, found...)
	}
	return files, newest
}

// file reads one file.
func (s *shelf) file(path string) {
	text, err := readFile(path, min(mostFile, s.left))
	if err != nil {
		s.wrong = append(s.wrong, path+": "+err.Error())
		return
	}
	s.left -= int64(len(text))
	d := document{shelf: s, path: path, text: text}
	if err := d.read(); err != nil {
		s.wrong = append(s.wrong, err.Error())
		d.spoil(err)
	}
}

func readFile(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.New("it cannot be opened")
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	switch {
	case err != nil:
		return nil, errors.New("it cannot be read")
	case int64(len(text)) > most:
		return nil, fmt.Errorf("it is larger than %d MiB, or all files together are than %d", mostFile>>20, mostAnswers>>20)
	}
	return text, nil
}

// document is one file. It may hold several JSON values, as a shell writes them one after another.
type document struct {
	*shelf
	path string
	text []byte
}

// named are the kinds that the file's name promises: "networkpolicies.json", "roles,clusterroles.json".
func (d *document) named() []kind {
	stem := strings.TrimSuffix(filepath.Base(d.path), ".json")
	var promised []kind
	for word := range strings.SplitSeq(strings.ToLower(stem), ",") {
		for _, k := range kinds() {
			if word == k.resource || word == k.title() || word == strings.ToLower(k.name) {
				promised = append(promised, k)
				break
			}
		}
	}
	return promised
}

// place is a byte of the file, as people count.
func (d *document) place(offset int64) string {
	before := d.text[:min(max(offset, 0), int64(len(d.text)))]
	return fmt.Sprintf("%s:%d:%d", d.path, bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n'))
}

// spoil marks the kinds that the file's name promises: a part of them may be in what cannot be read.
func (d *document) spoil(err error) {
	for _, k := range d.named() {
		d.r.results[k.title()] = result{coverage: estate.Failed, source: filepath.Base(d.path), problem: err.Error()}
	}
}

func (d *document) read() error {
	if len(bytes.TrimSpace(d.text)) == 0 {
		return fmt.Errorf("%s: it is empty", d.path)
	}
	decoder := json.NewDecoder(bytes.NewReader(d.text))
	for {
		var value json.RawMessage
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			offset := decoder.InputOffset()
			if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
				offset = syntax.Offset - 1
			}
			return fmt.Errorf("%s: this is not JSON", d.place(offset))
		}
		if err := d.value(value, decoder.InputOffset()-int64(len(value))); err != nil {
			return err
		}
	}
}

// value takes a list, or a single object, that begins at a byte of the file.
func (d *document) value(value []byte, begin int64) error {
	var top struct {
		APIVersion string           `json:"apiVersion"`
		Kind       string           `json:"kind"`
		Items      *json.RawMessage `json:"items"`
		Server     *struct {
			GitVersion text `json:"gitVersion"`
			Platform   text `json:"platform"`
		} `json:"serverVersion"` // of kubectl version -o json
	}
	if json.Unmarshal(value, &top) != nil {
		return fmt.Errorf("%s: this is no object that kubectl writes", d.place(begin))
	}
	switch {
	case top.Server != nil:
		d.r.found.Version = estate.Know(filepath.Base(d.path), estate.ClusterVersion{Version: string(top.Server.GitVersion), Platform: string(top.Server.Platform)})
		return nil
	case top.Items == nil:
		return d.object(value, begin, top.APIVersion, top.Kind)
	}
	for _, k := range d.named() {
		d.asked(k)
	}
	if k, known := kindOf(top.APIVersion, strings.TrimSuffix(top.Kind, "List")); known {
		d.asked(k)
	}
	var next string
	err := eachItem(bytes.NewReader(value), func(item []byte, end int64) error {
		return d.object(item, begin+end-int64(len(item)), top.APIVersion, strings.TrimSuffix(top.Kind, "List"))
	}, &next)
	if own, ok := errors.AsType[*Error](err); ok {
		return fmt.Errorf("%s: %s", d.place(begin), own.words)
	}
	if next != "" {
		return fmt.Errorf("%s: the list is not whole: it was written with a limit", d.path)
	}
	return err
}

// asked notes that the files have a kind.
func (d *document) asked(k kind) {
	is, read := d.r.results[k.title()]
	if !read {
		is.coverage = estate.Known
	}
	if base := filepath.Base(d.path); !strings.Contains(is.source, base) && len(is.source) < mostText {
		is.source = strings.TrimPrefix(is.source+", "+base, ", ")
	}
	d.r.results[k.title()] = is
}

// object takes one object. One that is not as it should be makes its kind failed, and the others stay.
func (d *document) object(item []byte, begin int64, apiVersion, kindName string) error {
	var h head
	if json.Unmarshal(item, &h) != nil {
		return fmt.Errorf("%s: this is no object that kubectl writes", d.place(begin))
	}
	if h.Kind == "" {
		h.Kind, h.APIVersion = kindName, apiVersion
	}
	k, known := kindOf(h.APIVersion, h.Kind)
	if !known {
		if name := clean(h.Kind); d.odd[name] > 0 || len(d.odd) < mostEntries {
			d.odd[name]++
		}
		return nil
	}
	d.asked(k)
	namespace, name := h.place()
	key := k.title() + " " + namespace + "/" + name
	if d.seen[key] {
		return nil
	}
	if len(d.seen) >= mostItems*4 {
		return fmt.Errorf("%s: there are more objects than any cluster has", d.path)
	}
	d.seen[key] = true
	err := k.take(d.r.facts, k.name, item)
	if wrong, ok := errors.AsType[*shapeError](err); ok {
		is := d.r.results[k.title()]
		is.coverage = estate.Failed
		if is.problem == "" {
			is.problem = fmt.Sprintf("%s: %s %s/%s: %s", d.place(begin+max(wrong.offset, 0)), k.name, namespace, name, wrong.words)
		}
		d.r.results[k.title()] = is
	}
	return nil
}

// kindOf finds the kind of an object whose version is understood.
func kindOf(apiVersion, name string) (kind, bool) {
	group, version, found := strings.Cut(apiVersion, "/")
	if !found {
		group, version = "", apiVersion
	}
	for _, k := range kinds() {
		if k.group == group && k.name == name && slices.Contains(k.versions, version) {
			return k, true
		}
	}
	return kind{}, false
}
