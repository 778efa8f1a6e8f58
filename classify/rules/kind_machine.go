package rules

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

func listenerKind() kind {
	const section = "listeners"
	return kind{name: "listener", doc: "a socket that a machine listens on", within: "host",
		groups: entries(section, func(m *machine) estate.Section[[]estate.Listener] { s := m.Listeners; s.Grant = ""; return s }, nil), // only programs are hidden
		fields: []Field{
			about("listener.protocol", expr.TypeText, "tcp or udp", func(l *estate.Listener) Fact { return word(l.Protocol) }),
			about("listener.address", expr.TypeText, "the address it is bound to; * for all", func(l *estate.Listener) Fact { return word(l.Address) }),
			about("listener.port", expr.TypeInt, "its port", func(l *estate.Listener) Fact { return number(l.Port) }),
			about("listener.loopback", expr.TypeBool, "only the machine itself reaches it", func(l *estate.Listener) Fact { return truth(l.IsLoopback()) }),
			{"listener.program", expr.TypeText, "the program behind it", func(s *subject) Fact {
				l, _ := s.item.(*estate.Listener)
				if l.Process == "" {
					gap := gapOf(section, s.host.Listeners)
					gap.Coverage, gap.Problem = estate.Denied, cmp.Or(gap.Problem, "the program behind the socket does not show")
					return missing(gap)
				}
				return word(l.Process)
			}},
			{"listener.tls", expr.TypeBool, "a certificate was served there", func(s *subject) Fact {
				l, _ := s.item.(*estate.Listener)
				return has("certificates", s.host.Certificates, func(c *estate.Certificate) bool {
					where, served := servedAt(*c)
					return served && where.port == l.Port && (where.address == l.Address || where.address == "*" || l.Address == "*")
				})
			}},
		}}
}

func accountKind() kind {
	const section = "accounts"
	return kind{name: "account", doc: "a local account that can log in or owns processes", within: "host",
		groups: entries(section, func(m *machine) estate.Section[[]estate.Account] { s := m.Accounts; s.Grant = ""; return s }, nil), // only keys are hidden
		fields: []Field{
			about("account.name", expr.TypeText, "its name", func(a *estate.Account) Fact { return word(a.Name) }),
			about("account.uid", expr.TypeInt, "its number", func(a *estate.Account) Fact { return number(a.UID) }),
			about("account.logs_in", expr.TypeBool, "it has a shell", func(a *estate.Account) Fact { return truth(hasShell(*a)) }),
			about("account.person", expr.TypeBool, "it is no account of the system's, by its number", func(a *estate.Account) Fact { return truth(a.UID >= 1000 && a.UID < 65534) }),
			about("account.privileged_group", expr.TypeText, "a group of it that makes it root sooner or later; empty where none is", func(a *estate.Account) Fact { return word(privileged(*a)) }),
			about("account.shared_name", expr.TypeBool, "its name is that of a role or a team, not of a person or a program", func(a *estate.Account) Fact { return truth(isSharedName(a.Name)) }),
			{"account.keys", expr.TypeInt, "its authorised keys", func(s *subject) Fact {
				a, _ := s.item.(*estate.Account)
				return keysOf(s.host, *a)
			}},
			{"account.becomes_root", expr.TypeBool, "sudo lets it run everything", func(s *subject) Fact {
				a, _ := s.item.(*estate.Account)
				return has("sudo rules", s.host.SudoRules, func(r *estate.SudoRule) bool {
					return isAll(*r) && (r.Who == a.Name || strings.HasPrefix(r.Who, "%") && slices.Contains(a.Groups, r.Who[1:]))
				})
			}},
		}}
}

// keysOf counts the keys of an account, where its file could be read.
func keysOf(m *machine, a estate.Account) Fact {
	if a.Keys < 0 {
		gap := gapOf("accounts", m.Accounts)
		gap.Coverage = estate.Denied
		return missing(gap)
	}
	return number(a.Keys)
}

func hasShell(a estate.Account) bool {
	switch a.Shell[strings.LastIndexByte(a.Shell, '/')+1:] {
	case "nologin", "false", "sync", "halt", "shutdown", "":
		return false
	}
	return true
}

// privileged is a group that can become root: by sudo's habits, by a daemon that runs as root, or by the raw disk.
func privileged(a estate.Account) string {
	if a.UID == 0 {
		return ""
	}
	for _, group := range a.Groups {
		if slices.Contains([]string{"sudo", "wheel", "admin", "root", "docker", "lxd", "incus-admin", "libvirt", "disk", "shadow"}, group) {
			return group
		}
	}
	return ""
}

// isSharedName tells a name that several people stand behind from that of a person or a program.
func isSharedName(name string) bool {
	shared := []string{
		"itsupport", "support", "helpdesk", "shared", "office", "team", "ward", "station", "reception", "frontdesk", "nurse", "nurses", "nursing", "doctor", "doctors", "lab",
		"pharmacy", "billing", "guest", "kiosk", "trainee", "intern", "demo", "temp", "generic", "everyone",
	}
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(shared, w) })
}

func sudoKind() kind {
	return kind{name: "sudo", doc: "a rule that lets accounts run programs as others", within: "host",
		groups: entries("sudo rules", func(m *machine) estate.Section[[]estate.SudoRule] { return m.SudoRules }, nil),
		fields: []Field{
			about("sudo.who", expr.TypeText, "account, or %group", func(r *estate.SudoRule) Fact { return word(r.Who) }),
			about("sudo.as", expr.TypeText, "whom it becomes", func(r *estate.SudoRule) Fact { return word(r.As) }),
			about("sudo.programs", expr.TypeText, "what it may run", func(r *estate.SudoRule) Fact { return word(strings.Join(r.Programs, ", ")) }),
			about("sudo.everything", expr.TypeBool, "it may run all as root", func(r *estate.SudoRule) Fact { return truth(isAll(*r)) }),
			about("sudo.no_password", expr.TypeBool, "nothing is asked", func(r *estate.SudoRule) Fact { return truth(r.NoPassword) }),
			about("sudo.escape", expr.TypeText, "a program among them that runs any other; empty where none is known", func(r *estate.SudoRule) Fact { return word(escapeIn(*r)) }),
		}}
}

func isAll(r estate.SudoRule) bool {
	return slices.Contains(r.Programs, "ALL") && (r.As == "" || r.As == "root" || strings.HasPrefix(r.As, "ALL"))
}

// escapeIn finds a program that gives a shell, or writes any file: whoever may run it as root is root.
func escapeIn(r estate.SudoRule) string {
	for _, program := range r.Programs {
		name := program[strings.LastIndexByte(program, '/')+1:]
		if slices.Contains([]string{"sh", "bash", "dash", "zsh", "su", "vi", "vim", "nano", "emacs", "less", "more", "man", "find", "awk", "gawk", "perl", "python", "python3", "ruby", "env", "tar",
			"rsync", "cp", "mv", "tee", "dd", "docker", "podman", "nmap", "git", "ed", "chmod", "chown", "visudo", "strace", "gdb"}, name) {
			return name
		}
	}
	return ""
}

func mountKind() kind {
	return kind{name: "mount", doc: "a file system that is mounted, or promised by fstab", within: "host",
		groups: entries("mounts", func(m *machine) estate.Section[[]estate.Mount] { return m.Mounts }, nil),
		fields: []Field{
			about("mount.source", expr.TypeText, "device or share", func(m *estate.Mount) Fact { return word(m.Source) }),
			about("mount.target", expr.TypeText, "where", func(m *estate.Mount) Fact { return word(m.Target) }),
			about("mount.type", expr.TypeText, "its type", func(m *estate.Mount) Fact { return word(m.Type) }),
			about("mount.remote_host", expr.TypeText, "the machine that serves it; empty for local ones", func(m *estate.Mount) Fact { return word(m.RemoteHost) }),
			about("mount.mounted", expr.TypeBool, "it is there now", func(m *estate.Mount) Fact { return truth(m.Mounted) }),
			about("mount.in_fstab", expr.TypeBool, "it comes back with a restart", func(m *estate.Mount) Fact { return truth(m.InFstab) }),
			about("mount.used_percent", expr.TypeInt, "how full it is; 0 where df did not say", func(m *estate.Mount) Fact {
				return number(int(100 * m.UsedBytes / max(m.SizeBytes, 1)))
			}),
		}}
}

func folderKind() kind {
	return kind{name: "folder", doc: "a folder with data files, outside databases", within: "host",
		groups: entries("folders", func(m *machine) estate.Section[[]estate.DataFolder] { return m.Folders }, nil),
		fields: []Field{
			about("folder.path", expr.TypeText, "its path", func(f *estate.DataFolder) Fact { return word(f.Path) }),
			about("folder.clinical_files", expr.TypeInt, "files whose kind carries health records: HL7, DICOM, CDA", func(f *estate.DataFolder) Fact {
				return number(filesIn(*f, "*.hl7", "*.dcm", "*.ccd", "*.cda", "*.ccda"))
			}),
			about("folder.export_files", expr.TypeInt, "tables as files: CSV, spreadsheets", func(f *estate.DataFolder) Fact {
				return number(filesIn(*f, "*.csv", "*.xlsx", "*.xls", "*.ods", "*.tsv"))
			}),
			about("folder.dump_files", expr.TypeInt, "dumps of databases", func(f *estate.DataFolder) Fact {
				return number(filesIn(*f, "*.sql", "*.sql.gz", "*.dump", "*.pgdump", "*.bak"))
			}),
			about("folder.document_files", expr.TypeInt, "documents and scans", func(f *estate.DataFolder) Fact {
				return number(filesIn(*f, "*.pdf", "*.tif", "*.tiff", "*.jpg", "*.jpeg", "*.png", "*.docx"))
			}),
			{"folder.backup", expr.TypeBool, "backups are made there, and found as such", func(s *subject) Fact {
				f, _ := s.item.(*estate.DataFolder)
				return has("backups", s.host.Backups, func(b *estate.Backup) bool { return b.Where == f.Path || strings.HasPrefix(b.Where, f.Path+"/") })
			}},
			about("folder.patterns", expr.TypeText, "what lies there, by kind and number", func(f *estate.DataFolder) Fact { return word(patternsOf(*f)) }),
			{"folder.newest_days", expr.TypeInt, "days since its newest file", func(s *subject) Fact {
				f, _ := s.item.(*estate.DataFolder)
				newest := f.Patterns[0].Newest
				for _, p := range f.Patterns {
					if p.Newest.After(newest) {
						newest = p.Newest
					}
				}
				return days(newest, s.host.Collected.At, "folders")
			}},
		}}
}

func filesIn(f estate.DataFolder, patterns ...string) int {
	n := 0
	for _, p := range f.Patterns {
		if slices.Contains(patterns, strings.ToLower(p.Pattern)) {
			n += p.Count
		}
	}
	return n
}

func patternsOf(f estate.DataFolder) string {
	var all []string
	for _, p := range f.Patterns {
		all = append(all, number(p.Count).Value.String()+" "+p.Pattern)
	}
	return strings.Join(all, ", ")
}

func unitKind() kind {
	return kind{name: "unit", doc: "a service of the init system", within: "host",
		groups: entries("units", func(m *machine) estate.Section[[]estate.Unit] { return m.Units }, nil),
		fields: []Field{
			about("unit.name", expr.TypeText, "its name", func(u *estate.Unit) Fact { return word(u.Name) }),
			about("unit.active", expr.TypeText, "active, inactive, failed", func(u *estate.Unit) Fact { return word(u.Active) }),
			about("unit.enabled", expr.TypeText, "enabled, disabled, masked, static", func(u *estate.Unit) Fact { return word(u.Enabled) }),
		}}
}

func changeKind() kind {
	return kind{name: "change", doc: "a file of a package that is not as the package brought it", within: "host",
		groups: entries("changed files", func(m *machine) estate.Section[[]estate.ChangedFile] { return m.Changed }, nil),
		fields: []Field{
			about("change.path", expr.TypeText, "its path", func(f *estate.ChangedFile) Fact { return word(f.Path) }),
			about("change.kind", expr.TypeText, "content or missing", func(f *estate.ChangedFile) Fact { return word(f.Change) }),
			about("change.configuration", expr.TypeBool, "the package calls it configuration, which people are meant to change", func(f *estate.ChangedFile) Fact { return truth(f.Config) }),
		}}
}

func callKind() kind {
	return kind{name: "call", doc: "a command line in a script, schedule or unit that talks to another system", within: "host",
		groups: entries("commands", func(m *machine) estate.Section[[]estate.OutboundCall] { return m.Commands }, nil),
		fields: []Field{
			about("call.where", expr.TypeText, "script or unit", func(c *estate.OutboundCall) Fact { return word(c.Where) }),
			about("call.program", expr.TypeText, "the program that talks", func(c *estate.OutboundCall) Fact { return word(c.Program) }),
			about("call.hosts", expr.TypeText, "to whom", func(c *estate.OutboundCall) Fact { return word(strings.Join(c.Hosts, ", ")) }),
		}}
}

func containerKind() kind {
	image := func(c *estate.Container, of func(string) Fact, m *machine) Fact {
		if c.Image == "" {
			gap := gapOf("containers", m.Containers)
			gap.Coverage, gap.Problem = estate.Denied, cmp.Or(gap.Problem, "the image is known to those alone who may ask the runtime")
			return missing(gap)
		}
		return of(c.Image)
	}
	ofImage := func(name string, t expr.Type, doc string, of func(string) Fact) Field {
		return Field{name, t, doc, func(s *subject) Fact {
			c, _ := s.item.(*estate.Container)
			return image(c, of, s.host)
		}}
	}
	return kind{name: "container", doc: "a container", within: "host",
		groups: entries("containers", func(m *machine) estate.Section[[]estate.Container] { s := m.Containers; s.Grant = ""; return s }, nil), // only names are hidden
		fields: []Field{
			about("container.name", expr.TypeText, "its name, or the first digits of its id", func(c *estate.Container) Fact { return word(cmp.Or(c.Name, c.ID)) }),
			about("container.runtime", expr.TypeText, "docker, podman, kubernetes, ...", func(c *estate.Container) Fact { return word(c.Runtime) }),
			about("container.root", expr.TypeBool, "programs in it run as root of the host, unless ids are remapped", func(c *estate.Container) Fact { return truth(slices.Contains(c.Users, "root")) }),
			about("container.programs", expr.TypeText, "what runs in it", func(c *estate.Container) Fact { return word(strings.Join(c.Programs, ", ")) }),
			ofImage("container.image", expr.TypeText, "its image", word[string]),
			ofImage("container.floating", expr.TypeBool, "its image is named by a tag that moves, or by none", func(image string) Fact {
				name := image[strings.LastIndexByte(image, '/')+1:]
				_, tag, tagged := strings.Cut(name, ":")
				return truth(!strings.Contains(image, "@sha256:") && !strings.HasPrefix(image, "sha256:") && (!tagged || slices.Contains([]string{"latest", "stable", "main", "master", "edge"}, tag)))
			}),
			ofImage("container.pinned", expr.TypeBool, "its image is named by its digest", func(image string) Fact {
				return truth(strings.Contains(image, "@sha256:") || strings.HasPrefix(image, "sha256:"))
			}),
		}}
}
