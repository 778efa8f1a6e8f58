package lab

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// pieceLength is how much of a canary is enough to know it by; canaries.yaml is made for that.
const pieceLength = 6

// Find returns the names of the canaries that data holds, each with the form it was found in: in clear, whole
// or a piece of it, in hexadecimal, or in base64. Case does not matter. It is empty where all is well.
func (c Canaries) Find(data []byte) []string {
	text := bytes.ToLower(data)
	var found []string
	for name, value := range c.named() {
		for form, marks := range marksOf(value) {
			haystack := text
			if form == "base64" {
				haystack = data
			}
			if slices.ContainsFunc(marks, func(mark string) bool { return bytes.Contains(haystack, []byte(mark)) }) {
				found = append(found, name+" in "+form)
			}
		}
	}
	slices.Sort(found)
	return found
}

// FindIn looks for canaries in every file of a tree, in the files' names, and inside zip files, which
// workbooks are. Each line names the file.
func (c Canaries) FindIn(tree fs.FS) ([]string, error) {
	var found []string
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		for _, sighting := range c.Find([]byte(path)) {
			found = append(found, "the name of "+path+": "+sighting)
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		data, err := fs.ReadFile(tree, path)
		if err != nil {
			return err
		}
		for _, sighting := range c.Find(data) {
			found = append(found, path+": "+sighting)
		}
		if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
			return nil
		}
		parts, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		inside, err := c.FindIn(parts)
		for _, sighting := range inside {
			found = append(found, path+": "+sighting)
		}
		return err
	})
	return found, err
}

// named returns every canary by a name that says what it is.
func (c Canaries) named() map[string]string {
	all := map[string]string{}
	for name, password := range c.Passwords {
		all["password "+name] = password
	}
	for _, secret := range c.Secrets {
		all["secret "+secret.Name] = secret.Value
	}
	for _, patient := range c.Patients {
		all["patient "+patient.Name] = patient.Value
	}
	return all
}

// marksOf returns what gives a canary away, by form. All but base64 are in lower case.
func marksOf(value string) map[string][]string {
	marks := map[string][]string{}
	runes := []rune(value)
	for begin := 0; begin+pieceLength <= len(runes); begin++ {
		piece := string(runes[begin : begin+pieceLength])
		marks["clear"] = append(marks["clear"], strings.ToLower(piece))
		marks["hexadecimal"] = append(marks["hexadecimal"], hex.EncodeToString([]byte(piece)))
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			// A value in the middle of something encoded shares its first and last digits with its neighbours.
			coded := encoding.EncodeToString([]byte(strings.Repeat(".", shift) + value))
			marks["base64"] = append(marks["base64"], coded[2*shift:len(coded)-3])
		}
	}
	return marks
}
