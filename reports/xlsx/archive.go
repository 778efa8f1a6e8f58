package xlsx

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// archive is the zip file of a workbook with its parts in a fixed order and at a fixed time. excelize writes
// them as its maps come, and so differently each time.
type archive struct {
	out   io.Writer
	parts map[string]*bytes.Buffer
}

var _ excelize.ZipWriter = (*archive)(nil)

func newArchive(out io.Writer) excelize.ZipWriter {
	return &archive{out: out, parts: map[string]*bytes.Buffer{}}
}

// Create begins a part.
func (a *archive) Create(name string) (io.Writer, error) {
	if a.parts[name] != nil {
		return nil, fmt.Errorf("the workbook has two parts called %s", name)
	}
	a.parts[name] = &bytes.Buffer{}
	return a.parts[name], nil
}

// AddFS is not needed to make workbooks.
func (a *archive) AddFS(fs.FS) error { return errors.New("not supported") }

const contentTypes = "[Content_Types].xml"

// Close writes the file: the list of parts first, where readers look for it, then the parts by name.
func (a *archive) Close() error {
	names := make([]string, 0, len(a.parts))
	for name := range a.parts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		first := func(name string) int {
			return slices.Index([]string{"", "_rels/.rels", contentTypes}, name)
		}
		return cmp.Or(cmp.Compare(first(y), first(x)), cmp.Compare(x, y))
	})
	z := zip.NewWriter(a.out)
	for _, name := range names {
		part := a.parts[name].Bytes()
		if name == contentTypes {
			part = sortedTypes(part)
		}
		// The earliest time that the format knows.
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return err
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return z.Close()
}

// sortedTypes puts the entries of the list of parts in order.
func sortedTypes(xml []byte) []byte {
	entry := regexp.MustCompile(`<(?:Default|Override) [^>]*?(?:/>|></(?:Default|Override)>)`)
	entries := entry.FindAllString(string(xml), -1)
	if len(entries) == 0 {
		return xml
	}
	slices.Sort(entries)
	at := entry.FindIndex(xml)[0]
	rest := entry.ReplaceAllString(string(xml[at:]), "")
	return []byte(string(xml[:at]) + strings.Join(entries, "") + rest)
}
