package engagement

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

// FileName is the name of the engagement's file in its folder.
const FileName = "engagement.yaml"

// maxFile bounds engagement.yaml, in bytes: thousands of hosts fit.
const maxFile = 4 << 20

// Load reads and checks engagement.yaml at a path. "~" in it is taken from env (HOME, on Windows USERPROFILE),
// other relative paths start at the file's folder. What is wrong in the file comes as [yamlfile.Problems], all
// at once. Secrets are not fetched; see [Engagement.CheckSecrets].
func Load(path string, env Environ) (*Engagement, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, readFailed(path, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, readFailed(path, err)
	}
	if len(text) > maxFile {
		return nil, &FileError{Name: path, Text: fmt.Sprintf("it is larger than %d MiB", maxFile>>20), Hint: "is it an engagement.yaml?"}
	}
	return parse(path, text, env)
}

// parse is Load without the reading.
func parse(path string, text []byte, env Environ) (*Engagement, error) {
	f := yamlfile.Parse(path, text)
	e := &Engagement{file: f}
	f.Bind(e)
	if f.Err() == nil || f.Has("") { // text that is no YAML at all would only give a tail of follow-up faults
		check(e, f)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	e.settle(filepath.Dir(path), env)
	return e, nil
}

// settle fills defaults in and makes paths absolute.
func (e *Engagement) settle(dir string, env Environ) {
	if strings.EqualFold(e.SSH.Config, "none") {
		e.SSH.Config = ""
	}
	if len(e.SSH.KnownHosts) == 0 && e.SSH.Config == "" {
		e.SSH.KnownHosts = []string{"~/.ssh/known_hosts"}
	}
	paths := []*string{&e.SSH.Key, &e.SSH.Operator.Key, &e.SSH.Config}
	for i := range e.SSH.KnownHosts {
		paths = append(paths, &e.SSH.KnownHosts[i])
	}
	for i := range e.Hosts {
		paths = append(paths, &e.Hosts[i].Key, &e.Hosts[i].Operator.Key)
	}
	for i := range e.Databases {
		paths = append(paths, &e.Databases[i].TLS.CA)
	}
	for i := range e.Odoo {
		paths = append(paths, &e.Odoo[i].CA)
	}
	for i := range e.Clusters {
		paths = append(paths, &e.Clusters[i].Kubeconfig)
		for j := range e.Clusters[i].Files {
			paths = append(paths, &e.Clusters[i].Files[j])
		}
	}
	for _, s := range e.secrets() {
		paths = append(paths, &s.secret.File)
	}
	for _, path := range paths {
		*path = absolute(*path, dir, env)
	}
	for i := range e.Hosts {
		h := &e.Hosts[i]
		h.Login, h.Operator = h.Login.or(e.SSH.Login), h.Operator.or(e.SSH.Operator)
		h.Environment = environment(h.Environment)
		if h.Port == 0 && e.SSH.Config == "" {
			h.Port = 22
		}
	}
	e.settleServers()
}

func (e *Engagement) settleServers() {
	for i := range e.Databases {
		s := &e.Databases[i]
		s.Environment = environment(s.Environment)
		if s.Address == "" {
			host, _ := e.Host(s.Host)
			s.Address = host.Address
		}
		if s.Port == 0 {
			s.Port = 5432
		}
		if s.Database == "" {
			s.Database = "postgres"
		}
		if s.TLS.Mode == "" {
			s.TLS.Mode = "verify-full"
		}
		if s.Validation.User == "" {
			s.Validation = Role{User: s.User, Password: s.Password}
		}
	}
	for i := range e.Odoo {
		o := &e.Odoo[i]
		o.Environment = environment(o.Environment)
		o.URL = strings.TrimSuffix(o.URL, "/")
	}
	for i := range e.Clusters {
		if e.Clusters[i].Environment == "" {
			e.Clusters[i].Environment = estate.Target
		}
	}
	for i := range e.Services {
		e.Services[i].Environment = environment(e.Services[i].Environment)
	}
}

// environment makes "nobody said" a word of its own.
func environment(stated estate.Environment) estate.Environment {
	if stated == "" {
		return estate.UnknownEnv
	}
	return stated
}

// absolute expands a path as people write it.
func absolute(path, dir string, env Environ) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	if path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`) {
		return filepath.Join(home(env), path[1:])
	}
	return filepath.Join(dir, path)
}

func home(env Environ) string {
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if dir, ok := env(name); ok && dir != "" {
			return dir
		}
	}
	return string(filepath.Separator)
}
