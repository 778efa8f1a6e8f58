package rules

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"nightferry/internal/expr"
	"nightferry/internal/yamlfile"
)

//go:embed topics/*.yaml
var topics embed.FS

// maxText bounds a file of rules, in bytes.
const maxText = 1 << 20

// codeForm is how codes are written.
var codeForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// File is the text of a file of rules.
type File struct {
	Name string // what problems call it; its base name without .yaml is the topic
	Text []byte
}

// Load reads the embedded rules and those of the files given, and checks all of it. A file of the same rule's code as
// an embedded one is a mistake: codes never change their meaning. What is wrong comes as [yamlfile.Problems].
func Load(own ...File) (*Set, error) {
	files, err := Embedded()
	if err != nil {
		return nil, err
	}
	return Parse(append(files, own...)...)
}

// Embedded returns the files of rules that come with the program, in order of name.
func Embedded() ([]File, error) {
	names, err := fs.Glob(topics, "topics/*.yaml")
	if err != nil {
		return nil, err
	}
	var files []File
	for _, name := range names {
		text, err := topics.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, File{path.Base(name), text})
	}
	return files, nil
}

// Parse reads files of rules alone, without the embedded ones.
func Parse(files ...File) (*Set, error) {
	set := &Set{by: map[string]*Rule{}, kinds: newCatalogue()}
	controls, err := Controls()
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, file := range files {
		if err := set.parse(file, controls); err != nil {
			problems = append(problems, err)
		}
	}
	return set, errors.Join(problems...)
}

// content is a file of rules as YAML.
type content struct {
	Rules []*Rule `yaml:"rules"`
}

func (s *Set) parse(file File, controls map[string]Control) error {
	if len(file.Text) > maxText {
		return yamlfile.Problems{{File: file.Name, Text: fmt.Sprintf("it is larger than %d MiB", maxText>>20), Mend: "is it a file of rules?"}}
	}
	y := yamlfile.Parse(file.Name, file.Text)
	var c content
	y.Bind(&c)
	if y.Err() == nil && !y.Has("rules") {
		y.Fault("", "there are no rules in it", "begin it with rules:")
	}
	topic := strings.TrimSuffix(path.Base(strings.ReplaceAll(file.Name, `\`, "/")), ".yaml")
	for i, r := range c.Rules {
		if r == nil {
			y.Fault(fmt.Sprintf("rules[%d]", i), "an empty rule", "")
			continue
		}
		r.Topic = topic
		k := checker{y: y, at: fmt.Sprintf("rules[%d]", i), set: s, controls: controls}
		k.check(r)
	}
	return y.Err()
}

// checker checks one rule.
type checker struct {
	y        *yamlfile.File
	at       string
	set      *Set
	controls map[string]Control
}

func (k *checker) fault(key, text, mend string) { k.y.Fault(k.at+"."+key, text, mend) }

func (k *checker) check(r *Rule) {
	for _, need := range []struct{ key, value, mend string }{
		{"code", r.Code, "add code: what-is-wrong"}, {"title", r.Title, "add title: what is wrong, in one line"}, {"for", r.For, "add for: " + strings.Join(k.set.kinds.order, ", ")},
		{"when", r.When, "add when: the expression that is true where it is wrong"}, {"evidence", r.Evidence, "add evidence: what shows it, with facts in braces"},
		{"fix", r.Fix, "add fix: what a person can do"},
	} {
		if strings.TrimSpace(need.value) == "" && !k.y.Faulty(k.at+"."+need.key) {
			k.fault(need.key, "a rule without "+need.key, need.mend)
		}
	}
	switch {
	case r.Code == "":
	case !codeForm.MatchString(r.Code):
		k.fault("code", fmt.Sprintf("%.60q is no code", r.Code), "small letters, digits and single hyphens")
	case k.set.by[r.Code] != nil:
		k.fault("code", fmt.Sprintf("there is a rule %s already, in %s", r.Code, k.set.by[r.Code].Topic), "give it a code of its own: codes never change their meaning")
	default:
		k.set.by[r.Code] = r
		k.set.rules = append(k.set.rules, r)
	}
	k.word("harm", string(r.Harm), string(Severe), string(Major), string(Minor))
	k.word("exposure", string(r.Exposure), string(Open), string(Login), string(Guarded))
	k.word("effort", string(r.Effort), string(Minutes), string(Hours), string(Days), string(Weeks))
	k.citations("hipaa", "HIPAA", r.HIPAA)
	k.citations("iso", "ISO", r.ISO)
	k.compile(r)
	k.cases(r)
}

func (k *checker) word(key, value string, known ...string) {
	if !slices.Contains(known, value) && !k.y.Faulty(k.at+"."+key) {
		k.fault(key, fmt.Sprintf("%.40q is no %s", value, key), "write one of "+strings.Join(known, ", "))
	}
}

// citations checks that each is in the table, so that none is made up.
func (k *checker) citations(key, of string, list []string) {
	if len(list) == 0 {
		k.fault(key, "a rule without "+key, "cite what it concerns: docs/controls.md lists all")
	}
	for i, citation := range list {
		if control, known := k.controls[citation]; !known || control.Of != of {
			k.fault(fmt.Sprintf("%s[%d]", key, i), fmt.Sprintf("%.40q is not in the table of controls", citation), "docs/controls.md lists all")
		}
	}
}

// compile makes the expression and the evidence ready, and shows what is wrong where it stands.
func (k *checker) compile(r *Rule) {
	fields, known := k.set.kinds.fields[r.For]
	if !known {
		if r.For != "" {
			k.fault("for", fmt.Sprintf("there is nothing called %.40q", r.For), "write one of "+strings.Join(k.set.kinds.order, ", "))
		}
		return
	}
	if strings.TrimSpace(r.When) != "" {
		program, err := expr.Compile(r.When, k.set.kinds.schema[r.For])
		if mistake, is := errors.AsType[*expr.Error](err); is {
			k.y.FaultWithin(k.at+".when", mistake.Offset(r.When), r.When, mistake.Text, near(mistake, fields))
		} else if err != nil {
			k.fault("when", err.Error(), "")
		}
		r.when = program
	}
	evidence, place, err := parseTemplate(r.Evidence, fields)
	if err != nil {
		k.y.FaultWithin(k.at+".evidence", place, r.Evidence, err.Error(), "nightferry rules fields "+r.For+" lists them")
	}
	r.evidence = evidence
}

// near shortens the list of all facts that the language offers: nobody reads sixty names.
func near(mistake *expr.Error, fields map[string]Field) string {
	if !strings.HasPrefix(mistake.Mend, "known facts") {
		return mistake.Mend
	}
	_, wrong, _ := strings.Cut(strings.TrimPrefix(mistake.Text, "unknown "), " ")
	wrong, _, _ = strings.Cut(wrong, " ")
	var names []string
	for name := range fields {
		if wrong != "" && strings.Contains(name, wrong[:min(4, len(wrong))]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 || len(names) > 8 {
		return "nightferry rules fields lists what can be asked for"
	}
	return "there are " + strings.Join(names, ", ")
}

// cases checks that a rule can be tested: an estate that triggers it and one that does not.
func (k *checker) cases(r *Rule) {
	for _, c := range []struct {
		key   string
		given map[string]any
		into  *Estate
	}{{"fires", r.Fires, &r.fires}, {"clean", r.Clean, &r.clean}} {
		if len(c.given) == 0 {
			k.fault(c.key, "a rule without an estate to test it by", "add "+c.key+": with hosts, postgres, odoo, services, integrations or classes; nightferry rules explain CODE shows one")
			continue
		}
		built, where, err := estateOf(c.given)
		if err != nil {
			k.fault(c.key+where, err.Error(), "write it as the inventory is saved")
		}
		*c.into = built
	}
}
