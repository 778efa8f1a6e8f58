package engagement

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// WriteJSON writes a value as indented JSON; see [Folder.Write].
func (f *Folder) WriteJSON(name string, v any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return &FileError{Name: f.Path(name), Text: "its content cannot be written as JSON", Err: err}
	}
	return f.Write(name, text.Bytes())
}

// ReadJSON reads a file that [Folder.WriteJSON] wrote. A damaged one is told by line and column. Keys that v
// does not have are refused: a newer nightferry wrote them, and to drop them would be to lose facts.
func (f *Folder) ReadJSON(name string, v any) error {
	text, err := f.Read(name)
	if err != nil {
		return err
	}
	if err := decodeJSON(f.Path(name), text, v); err != nil {
		return err
	}
	return nil
}

// WriteYAML writes a value, whose fields carry yaml tags, as YAML; see [Folder.Write].
func (f *Folder) WriteYAML(name string, v any) error {
	text, err := yaml.MarshalWithOptions(v, yaml.Indent(2), yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return &FileError{Name: f.Path(name), Text: "its content cannot be written as YAML", Err: err}
	}
	return f.Write(name, text)
}

// ReadYAML reads a file that a stage wrote and a person may have edited, as strictly as engagement.yaml:
// faults come as [yamlfile.Problems].
func (f *Folder) ReadYAML(name string, v any) error {
	text, err := f.Read(name)
	if err != nil {
		return err
	}
	file := yamlfile.Parse(f.Path(name), text)
	file.Bind(v)
	return file.Err()
}

// SaveHost saves a host's facts.
func (f *Folder) SaveHost(h estate.Host) error { return f.save(HostFile(h.Name), h.Name, h) }

// SavePostgres saves a PostgreSQL server's facts.
func (f *Folder) SavePostgres(s estate.PostgresServer) error {
	return f.save(PostgresFile(s.Name), s.Name, s)
}

// SaveOdoo saves an Odoo server's facts.
func (f *Folder) SaveOdoo(o estate.OdooServer) error { return f.save(OdooFile(o.Name), o.Name, o) }

func (f *Folder) save(file, name string, asset any) error {
	if err := CheckName(name); err != nil {
		return err
	}
	return f.WriteJSON(file, asset)
}

// Inventory reads all saved assets, in order of name. Damaged files are told all at once; nothing is returned
// then, for a part would pass for the whole. Before discovery the inventory is empty.
func (f *Folder) Inventory() (estate.Inventory, error) {
	in, err := ReadInventory(f.root.FS(), f.dir)
	samples, samplesErr := f.samples()
	if err := errors.Join(err, samplesErr); err != nil {
		return estate.Inventory{}, err
	}
	in.Samples = samples
	return in, nil
}

// ReadInventory is [Folder.Inventory], without samples, of the files of a folder that lies elsewhere, such as in a
// commit; where is what its files are called by in errors.
func ReadInventory(files fs.FS, where string) (estate.Inventory, error) {
	var in estate.Inventory
	err := errors.Join(
		readAssets(files, where, hostsDir, &in.Hosts, func(h estate.Host) string { return h.Name }),
		readAssets(files, where, databasesDir, &in.Postgres, func(s estate.PostgresServer) string { return s.Name }),
		readAssets(files, where, odooDir, &in.Odoo, func(o estate.OdooServer) string { return o.Name }),
	)
	if err != nil {
		return estate.Inventory{}, err
	}
	return in, nil
}

// readAssets reads one folder of assets.
func readAssets[T any](files fs.FS, where, dir string, list *[]T, name func(T) string) error {
	called := func(file string) string { return filepath.Join(where, filepath.FromSlash(file)) }
	entries, err := fs.ReadDir(files, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return readFailed(called(dir), err)
	}
	var faults []error
	for _, entry := range entries {
		stem, isAsset := strings.CutSuffix(entry.Name(), ".json")
		if !isAsset || strings.HasPrefix(stem, ".") {
			continue
		}
		file := path.Join(dir, entry.Name())
		var asset T
		text, err := readAll(files, file, called(file))
		if err != nil {
			faults = append(faults, err)
		} else if err := decodeJSON(called(file), text, &asset); err != nil {
			faults = append(faults, err)
		} else if name(asset) != stem {
			faults = append(faults, &FileError{Name: called(file), Text: fmt.Sprintf("it holds the facts of %.70q", name(asset)),
				Hint: "rename the file back, or remove it"})
		} else {
			*list = append(*list, asset)
		}
	}
	slices.SortFunc(*list, func(a, b T) int { return cmp.Compare(name(a), name(b)) })
	return errors.Join(faults...)
}

// unknownField begins the one error of encoding/json that has no type of its own. The quoted key follows.
const unknownField = "json: unknown field "

// decodeJSON reads exactly one JSON value. Its errors are in our own words: encoding/json's quote values.
func decodeJSON(name string, text []byte, v any) *FileError {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	if err == nil {
		if _, trailing := decoder.Token(); trailing == io.EOF {
			return nil
		}
		return damaged(name, text, decoder.InputOffset(), "something stands behind its end")
	}
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return damaged(name, text, syntax.Offset, "damaged: this is not JSON")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return damaged(name, text, int64(len(text)), "damaged: it ends too early")
	case errors.As(err, &mismatch):
		return damaged(name, text, mismatch.Offset, fmt.Sprintf("damaged: %s should be a %s", mismatch.Field, mismatch.Type))
	case strings.HasPrefix(err.Error(), unknownField):
		key := strings.TrimPrefix(err.Error(), unknownField)
		fault := damaged(name, text, int64(bytes.Index(text, []byte(key)))+1, "it has a key that this nightferry does not know")
		fault.Hint = "use the nightferry that wrote it, or run the stage that writes it again"
		return fault
	}
	return damaged(name, text, decoder.InputOffset(), "damaged: a value cannot be read")
}

// damaged is a fault at a byte of a saved file, counted from 1 as encoding/json does.
func damaged(name string, text []byte, offset int64, what string) *FileError {
	before := text[:min(max(offset-1, 0), int64(len(text)))]
	return &FileError{Name: name, Text: what, Hint: "take it back from git, or run the stage that writes it again",
		Line: bytes.Count(before, []byte("\n")) + 1, Column: len(before) - bytes.LastIndexByte(before, '\n')}
}
