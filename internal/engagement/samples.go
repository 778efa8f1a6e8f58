package engagement

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// The limits of one asset's record. A week of samples every five minutes is 2016 lines, mostly below a megabyte.
const (
	mostKnown   = 20_000    // who is told in all
	mostSeen    = 2_000     // who is told in one sample
	mostSamples = 256 << 20 // bytes of a file
)

// SampleRecord adds samples to the folder's samples/. Whoever does so holds [Folder.LockSamples]. Its methods are for
// one goroutine at a time.
type SampleRecord struct {
	folder   *Folder
	every    int // seconds
	hosts    map[string]*sampleFile[estate.Counterpart, estate.HostCounters]
	postgres map[string]*sampleFile[estate.DatabaseCaller, estate.PostgresCounters]
}

// RecordSamples begins to add samples that are so far apart, in whole seconds.
func (f *Folder) RecordSamples(every time.Duration) *SampleRecord {
	return &SampleRecord{folder: f, every: int(every / time.Second),
		hosts:    map[string]*sampleFile[estate.Counterpart, estate.HostCounters]{},
		postgres: map[string]*sampleFile[estate.DatabaseCaller, estate.PostgresCounters]{}}
}

// AddHost adds a look, and returns when it is on disk.
func (r *SampleRecord) AddHost(look estate.HostLook) error {
	file, err := openSamples(r.folder, r.hosts, hostSamplesDir, "host/", look.Name)
	if err != nil {
		return err
	}
	e := entryOf(look.Collected, look.Counters)
	if e.Missed == "" {
		e.Blind, e.Cut = !look.PeersRead, look.PeersCut
		for _, p := range look.Peers {
			if p.MayVary() && !file.knows(p.Counterpart) && file.ports(p.Counterpart) >= estate.MostVaryingPorts {
				p.PeerPort = 0
			}
			n, ok := file.number(p.Counterpart)
			switch {
			case !ok || len(e.Seen) >= mostSeen:
				e.Cut = true
				continue
			case !slices.Contains(e.Seen, n):
				e.Seen = append(e.Seen, n)
			}
			if p.Ended {
				e.Ended = append(e.Ended, n)
			}
		}
	}
	return file.add(e, r.every)
}

// AddPostgres adds a look, and returns when it is on disk.
func (r *SampleRecord) AddPostgres(look estate.PostgresLook) error {
	file, err := openSamples(r.folder, r.postgres, databaseSamplesDir, "postgres/", look.Name)
	if err != nil {
		return err
	}
	e := entryOf(look.Collected, look.Counters)
	if e.Missed == "" {
		e.Blind, e.Cut = !look.ClientsRead, look.ClientsCut
		for _, c := range look.Clients {
			n, ok := file.number(c.DatabaseCaller)
			if !ok || len(e.Seen) >= mostSeen {
				e.Cut = true
				continue
			}
			e.Seen, e.Sessions, e.Longest = append(e.Seen, n), append(e.Sessions, c.Sessions), append(e.Longest, c.LongestSeconds)
		}
	}
	return file.add(e, r.every)
}

func entryOf[Counters any](c estate.Collection, counters *Counters) estate.SampleEntry[Counters] {
	e := estate.SampleEntry[Counters]{At: c.At.UTC().Truncate(time.Second), Counters: counters}
	if !c.Coverage.IsKnown() {
		e.Missed, e.Problem, e.Counters = c.Coverage, c.Problem, nil
	}
	return e
}

// sampleFile is one asset's record, open for adding.
type sampleFile[Who comparable, Counters any] struct {
	folder  *Folder
	name    string
	numbers map[Who]int
	every   int   // of the last lines
	size    int64 // bytes of whole lines
	pending []Who // numbered, and not yet on disk
	header  string
}

// openSamples opens a record at its first use: it reads who is known, and cuts off what a killed run left half-written.
func openSamples[Who comparable, Counters any](f *Folder, open map[string]*sampleFile[Who, Counters], dir, kind, name string) (*sampleFile[Who, Counters], error) {
	if file := open[name]; file != nil {
		return file, nil
	}
	if err := CheckName(name); err != nil {
		return nil, err
	}
	file := &sampleFile[Who, Counters]{folder: f, name: path.Join(dir, name+samplesSuffix), numbers: map[Who]int{}, header: kind + name}
	text, err := f.Read(file.name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	read, err := parseSamples[Who, Counters](f.Path(file.name), file.header, text)
	if err != nil {
		return nil, err
	}
	for n, who := range read.Known {
		file.numbers[who] = n
	}
	file.every, file.size = read.every, int64(read.whole)
	open[name] = file
	return file, nil
}

func (s *sampleFile[Who, Counters]) knows(who Who) bool {
	_, known := s.numbers[who]
	return known
}

// number is who is told by; one who is new gets the next.
func (s *sampleFile[Who, Counters]) number(who Who) (int, bool) {
	n, known := s.numbers[who]
	if known {
		return n, true
	}
	if len(s.numbers) >= mostKnown {
		return 0, false
	}
	n = len(s.numbers)
	s.numbers[who] = n
	s.pending = append(s.pending, who)
	return n, true
}

// ports counts the ports that may vary under which a peer is known.
func (s *sampleFile[Who, Counters]) ports(of estate.Counterpart) int {
	count := 0
	for who := range s.numbers {
		if c, is := any(who).(estate.Counterpart); is && c.MayVary() && c.PeerAddress == of.PeerAddress && c.Protocol == of.Protocol {
			count++
		}
	}
	return count
}

// add writes a sample, with what has to be told before it, at the end of the last whole line.
func (s *sampleFile[Who, Counters]) add(e estate.SampleEntry[Counters], every int) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	var due []sampleLine[Who, Counters]
	if s.size == 0 {
		due = append(due, sampleLine[Who, Counters]{Version: samplesVersion, Asset: s.header})
	}
	if s.every != every {
		due = append(due, sampleLine[Who, Counters]{Every: every})
	}
	for _, who := range s.pending {
		due = append(due, sampleLine[Who, Counters]{Who: &who})
	}
	for _, line := range append(due, sampleLine[Who, Counters]{SampleEntry: &e}) {
		if err := encoder.Encode(line); err != nil {
			return &FileError{Name: s.folder.Path(s.name), Text: "a sample cannot be written as JSON", Err: err}
		}
	}
	if s.size+int64(lines.Len()) > mostSamples {
		return &FileError{Name: s.folder.Path(s.name), Text: fmt.Sprintf("the record of samples is full: %d MiB", mostSamples>>20),
			Hint: "begin a new one with --fresh, and sample less often"}
	}
	if err := s.append(lines.Bytes()); err != nil {
		return err
	}
	s.size, s.every, s.pending = s.size+int64(lines.Len()), every, nil
	return nil
}

// append puts lines behind the last whole one: where a run was killed, or the disk was full, over its half line.
func (s *sampleFile[Who, Counters]) append(lines []byte) error {
	if s.size == 0 {
		if err := s.folder.root.MkdirAll(path.Dir(s.name), 0o700); err != nil {
			return writeFailed(s.folder.Path(s.name), err)
		}
	}
	file, err := s.folder.root.OpenFile(filepath.FromSlash(s.name), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return writeFailed(s.folder.Path(s.name), err)
	}
	if err = file.Truncate(s.size); err == nil {
		_, err = file.WriteAt(lines, s.size)
	}
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return writeFailed(s.folder.Path(s.name), err)
	}
	if s.size == 0 {
		return s.folder.settle(path.Dir(s.name))
	}
	return nil
}

// samples reads and merges all records, in order of name.
func (f *Folder) samples() (estate.Samples, error) {
	var s estate.Samples
	err := errors.Join(
		readSamples(f, hostSamplesDir, "host/", func(name string, log estate.SampleLog[estate.Counterpart, estate.HostCounters]) {
			s.Hosts = append(s.Hosts, estate.MergeHost(name, log))
		}),
		readSamples(f, databaseSamplesDir, "postgres/", func(name string, log estate.SampleLog[estate.DatabaseCaller, estate.PostgresCounters]) {
			s.Postgres = append(s.Postgres, estate.MergePostgres(name, log))
		}),
	)
	return s, err
}

func readSamples[Who comparable, Counters any](f *Folder, dir, kind string, each func(string, estate.SampleLog[Who, Counters])) error {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return readFailed(f.Path(dir), err)
	}
	var faults []error
	for _, entry := range entries { // in order of name
		stem, isRecord := strings.CutSuffix(entry.Name(), samplesSuffix)
		if !isRecord || strings.HasPrefix(stem, ".") {
			continue
		}
		file := path.Join(dir, entry.Name())
		text, err := f.Read(file)
		if err == nil {
			var read sampleText[Who, Counters]
			if read, err = parseSamples[Who, Counters](f.Path(file), kind+stem, text); err == nil {
				each(stem, read.SampleLog)
			}
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// SetSamplesAside moves the records of an earlier watch to samples/NAME, where they are kept and no longer counted.
// The watch itself goes last: killed in between, the next run does the rest.
func (f *Folder) SetSamplesAside(name string) error {
	aside := path.Join(samplesDir, name)
	if err := f.root.MkdirAll(aside, 0o700); err != nil {
		return writeFailed(f.Path(aside), err)
	}
	for _, from := range []string{hostSamplesDir, databaseSamplesDir, WatchFile} {
		to := path.Join(aside, path.Base(from))
		if err := f.root.Rename(filepath.FromSlash(from), filepath.FromSlash(to)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return writeFailed(f.Path(to), err)
		}
	}
	return errors.Join(f.settle(aside), f.settle(samplesDir))
}
