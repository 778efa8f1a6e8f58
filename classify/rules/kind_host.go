package rules

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

func hostKind() kind {
	return kind{name: "host", doc: "a machine", fields: slices.Concat(hostFields(), safeguardFields(), dutyFields(), sshFields()),
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				for _, m := range w.machines {
					g := group{asset: m.asset, stake: m.stake, seen: provenance(m.Collected, ""), subjects: []subject{{host: m}}}
					if !m.Collected.Coverage.IsKnown() {
						g.gap, g.gapped, g.subjects = unread(m.Collected), true, nil
					}
					if !yield(g) {
						return
					}
				}
			}
		}}
}

// ofHost makes a field of a machine, which rules about its parts can ask for, too.
func ofHost(name string, t expr.Type, doc string, of func(*machine) Fact) Field {
	return Field{name, t, doc, func(s *subject) Fact {
		if s.host == nil {
			return missing(estate.Gap{Section: "host", Coverage: estate.NotAsked, Problem: "on which machine it runs is not known"})
		}
		return of(s.host)
	}}
}

func hostFields() []Field {
	identity := func(name string, t expr.Type, doc string, of func(*machine, estate.Identity) Fact) Field {
		return ofHost(name, t, doc, func(m *machine) Fact {
			return told("identity", m.Identity, func(i estate.Identity) Fact { return of(m, i) })
		})
	}
	return []Field{
		ofHost("host.name", expr.TypeText, "its name in engagement.yaml", func(m *machine) Fact { return word(m.Name) }),
		ofHost("host.environment", expr.TypeText, "production, non-production, target, shared or unknown", func(m *machine) Fact { return word(m.Environment) }),
		identity("host.os_name", expr.TypeText, "operating system, as it calls itself", func(_ *machine, i estate.Identity) Fact {
			return word(cmp.Or(i.OSName, strings.TrimSpace(i.OS+" "+i.OSVersion)))
		}),
		identity("host.os_days_left", expr.TypeInt, "days until the distribution ends all free updates of this release; negative when past", func(m *machine, i estate.Identity) Fact {
			return m.ends.daysLeft(i.OS, i.OSVersion, m.Collected.At, "identity")
		}),
		identity("host.container", expr.TypeBool, "it is a container: kernel, audit and clock belong to the machine around it", func(_ *machine, i estate.Identity) Fact {
			if i.Virtualisation == "" {
				return missing(estate.Gap{Section: "identity", Coverage: estate.Absent, Problem: "the machine does not say whether it is a container"})
			}
			return truth(slices.Contains([]string{"lxc", "lxc-libvirt", "docker", "podman", "systemd-nspawn", "openvz", "rkt", "container-other", "proot"}, i.Virtualisation))
		}),
		identity("host.physical", expr.TypeBool, "it is a machine of metal, whose disks nobody else encrypts", func(_ *machine, i estate.Identity) Fact {
			if i.Virtualisation == "" {
				return missing(estate.Gap{Section: "identity", Coverage: estate.Absent, Problem: "the machine does not say whether it is virtual"})
			}
			return truth(i.Virtualisation == "none")
		}),
		identity("host.uptime_days", expr.TypeInt, "days since it was started", func(m *machine, i estate.Identity) Fact {
			return days(i.Booted, m.Collected.At, "identity")
		}),
		ofHost("host.security_updates", expr.TypeInt, "pending security updates, by the distribution's own lists", func(m *machine) Fact {
			return told("updates", m.Updates, func(u estate.Updates) Fact { return number(len(u.Security)) })
		}),
		ofHost("host.lists_days", expr.TypeInt, "days since the package lists were fetched", func(m *machine) Fact {
			return told("updates", m.Updates, func(u estate.Updates) Fact { return days(u.ListsAt, m.Collected.At, "updates") })
		}),
		ofHost("host.reboot_required", expr.TypeBool, "an update waits for a restart", func(m *machine) Fact {
			return told("updates", m.Updates, func(u estate.Updates) Fact { return truth(u.RebootRequired) })
		}),
		ofHost("host.automatic_updates", expr.TypeBool, "a unit installs updates by itself", func(m *machine) Fact {
			return has("units", m.Units, func(u *estate.Unit) bool {
				name := strings.TrimSuffix(strings.TrimSuffix(u.Name, ".service"), ".timer")
				return slices.Contains([]string{"unattended-upgrades", "dnf-automatic", "dnf-automatic-install", "yum-cron"}, name) && (u.Active == "active" || u.Enabled == "enabled")
			})
		}),
		ofHost("host.odoo_version", expr.TypeText, "the version of the Odoo that is installed there", func(m *machine) Fact { return odooVersion(m, word[string]) }),
		ofHost("host.odoo_days_left", expr.TypeInt, "days until its makers end support of it; negative when past", func(m *machine) Fact {
			return odooVersion(m, func(v string) Fact { return m.ends.daysLeft("odoo", v, m.Collected.At, "applications") })
		}),
		ofHost("host.disks_encrypted", expr.TypeBool, "a disk of it is encrypted by itself", func(m *machine) Fact {
			return has("disks", m.Disks, func(d *estate.Disk) bool { return d.Encrypted })
		}),
		ofHost("host.swap_bytes", expr.TypeInt, "size of its swap", func(m *machine) Fact {
			return told("capacity", m.Capacity, func(c estate.Capacity) Fact { return number(c.SwapBytes) })
		}),
		ofHost("host.root_keys", expr.TypeInt, "keys that may log in as root", func(m *machine) Fact {
			return told("accounts", m.Accounts, func(accounts []estate.Account) Fact {
				for _, a := range accounts {
					if a.UID == 0 && a.Name == "root" {
						return keysOf(m, a)
					}
				}
				return number(0)
			})
		}),
		ofHost("host.changed_configuration", expr.TypeInt, "configuration files that differ from what the packages brought", func(m *machine) Fact {
			return told("changed files", m.Changed, func(list []estate.ChangedFile) Fact { return number(len(changedConfiguration(list))) })
		}),
		ofHost("host.changed_configuration_files", expr.TypeText, "which", func(m *machine) Fact {
			return told("changed files", m.Changed, func(list []estate.ChangedFile) Fact { return word(strings.Join(changedConfiguration(list), ", ")) })
		}),
		ofHost("host.production_neighbour", expr.TypeText, "a production machine in the same network; empty where none is known", func(m *machine) Fact {
			return told("interfaces", m.Interfaces, func([]estate.Interface) Fact { return word(m.neighbour) })
		}),
		ofHost("host.fail2ban", expr.TypeBool, "something locks out whoever guesses passwords", func(m *machine) Fact { return runs(m, "fail2ban") }),
		ofHost("host.configuration_management", expr.TypeBool, "its state is declared and applied by a tool", func(m *machine) Fact { return runs(m, "configuration-management") }),
	}
}

// changedConfiguration lists configuration files that were edited.
func changedConfiguration(list []estate.ChangedFile) []string {
	var paths []string
	for _, f := range list {
		if f.Config && f.Change == "content" {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// odooVersion is the series of the Odoo on a machine, by its package or by what its databases say.
func odooVersion(m *machine, of func(string) Fact) Fact {
	for _, a := range m.Applications.Value {
		parts := strings.SplitN(a.Version, ".", 3)
		if a.Kind == "odoo" && len(parts) > 1 {
			minor, _, _ := strings.Cut(parts[1], "-")
			return of(parts[0] + "." + minor)
		}
	}
	for _, o := range m.erps {
		if o.Version.Coverage.IsKnown() {
			return of(o.Version.Value)
		}
	}
	there := has("applications", m.Applications, func(a *estate.Application) bool { return a.Kind == "odoo" })
	if there.Value.String() == "true" {
		return missing(estate.Gap{Section: "applications", Coverage: estate.NotAsked, Problem: "Odoo is there, and its version does not show"})
	}
	if !there.Value.Coverage().IsKnown() {
		return there
	}
	return missing(estate.Gap{Section: "applications", Coverage: estate.Absent, Problem: "there is no Odoo"})
}

// runs tells whether a product runs on the machine, by the name that discovery gives it.
func runs(m *machine, products ...string) Fact {
	return has("applications", m.Applications, func(a *estate.Application) bool { return a.Running && slices.Contains(products, a.Kind) })
}

// safeguardFields say how a safeguard is: on, off, none.
func safeguardFields() []Field {
	state := func(field, kind, doc string) Field {
		return ofHost(field, expr.TypeText, doc, func(m *machine) Fact {
			return told("safeguards", m.Safeguards, func(list []estate.Safeguard) Fact {
				for _, g := range list {
					if g.Kind == kind && g.State != "unknown" {
						return word(g.State)
					}
					if g.Kind == kind {
						return missing(estate.Gap{Section: "safeguards", Coverage: estate.Denied, Problem: g.Problem, Mend: g.Grant})
					}
				}
				return missing(estate.Gap{Section: "safeguards", Coverage: estate.NotAsked, Problem: "nobody looked for " + kind})
			})
		})
	}
	return []Field{
		state("host.time", "time", "its clock is kept in step: on, off or none"),
		state("host.firewall", "firewall", "a firewall of its own keeps something out: on, off or none"),
		state("host.audit", "audit", "the kernel's audit watches something: on, off or none"),
		state("host.confinement", "confinement", "AppArmor or SELinux is at work: on, off or none"),
		state("host.log_forwarding", "log-forwarding", "its logs are sent elsewhere: on, off or none"),
		state("host.monitoring", "monitoring", "an agent watches it: on, off or none"),
		ofHost("host.log_in_clear", expr.TypeText, "where its logs are sent to without TLS; empty where to nowhere", func(m *machine) Fact {
			return told("safeguards", m.Safeguards, func(list []estate.Safeguard) Fact {
				for _, g := range list {
					if g.Kind == "log-forwarding" && g.State == "on" && len(g.To) == 0 {
						return missing(estate.Gap{Section: "safeguards", Coverage: estate.NotAsked, Problem: "where logs are forwarded to does not show", Mend: "discover the machine again: nightferry discover"})
					}
					for _, to := range g.To {
						if !to.TLS && !isLoopback(to.Host) {
							return word(to.Host)
						}
					}
				}
				return word("")
			})
		}),
	}
}

// dutyFields say what the machine is for and what is kept of it.
func dutyFields() []Field {
	return []Field{
		ofHost("host.services", expr.TypeInt, "business services that need it", func(m *machine) Fact { return number(len(m.services)) }),
		ofHost("host.owned", expr.TypeBool, "a business service that needs it has an owner", func(m *machine) Fact {
			return truth(slices.ContainsFunc(m.services, func(s *estate.Service) bool { return s.Owner != "" }))
		}),
		ofHost("host.critical", expr.TypeBool, "a life-critical or business-critical service needs it", func(m *machine) Fact { return truth(m.stake.critical) }),
		ofHost("host.regulated", expr.TypeBool, "regulated data is kept or used there, by classification", func(m *machine) Fact {
			if m.stake.class == "" || m.stake.class == estate.NotAssessed {
				return missing(estate.Gap{Section: "classification", Coverage: estate.NotAsked, Problem: "which classes of data it holds is not assessed"})
			}
			return truth(isRegulated(m.stake.class))
		}),
		ofHost("host.runs_odoo", expr.TypeBool, "Odoo runs there", func(m *machine) Fact { return runs(m, "odoo") }),
		ofHost("host.runs_interface", expr.TypeBool, "an interface engine for health records runs there", func(m *machine) Fact { return runs(m, "hl7-listener", "mirth", "dicom", "fhir-server") }),
		ofHost("host.runs_redis", expr.TypeBool, "Redis runs there", func(m *machine) Fact { return runs(m, "redis") }),
		ofHost("host.backups", expr.TypeInt, "traces of backups that succeeded", func(m *machine) Fact {
			return count("backups", m.Backups, isDone)
		}),
		ofHost("host.backup_planned", expr.TypeBool, "there is any trace of a backup", func(m *machine) Fact {
			return has("backups", m.Backups, func(*estate.Backup) bool { return true })
		}),
		ofHost("host.backup_days", expr.TypeInt, "days since the newest sign that a backup succeeded; write-ahead logs alone are none", backupAge),
		ofHost("host.backup_local", expr.TypeText, "the folder of its only backups, where that is on the machine itself; empty where there are none or others", localBackup),
		ofHost("host.restore_tried", expr.TypeBool, "a schedule or script restores something, or somebody states a restore of it within a year", restores),
		ofHost("host.wal_without_base", expr.TypeBool, "write-ahead logs are kept, and no base backup that they could follow", func(m *machine) Fact {
			if wal := has("backups", m.Backups, func(b *estate.Backup) bool {
				live := strings.Contains(b.Where, "/pg_wal/") || strings.Contains(b.Where, "/pg_xlog/") // the server's own
				return b.Tool == "wal-archive" && !live && (b.Count > 0 || b.Problem != "")             // an empty folder is none
			}); wal.Value.String() != "true" {
				return wal
			}
			base := has("backups", m.Backups, func(b *estate.Backup) bool {
				return slices.Contains([]string{"pg_basebackup", "pgbackrest", "barman", "wal-g", "wal-e"}, b.Tool)
			})
			if !base.Value.Coverage().IsKnown() {
				return base
			}
			return truth(base.Value.String() == "false")
		}),
	}
}

// isDone tells a sign of success from a wish.
func isDone(b *estate.Backup) bool {
	return b.Tool != "wal-archive" && !b.Newest.IsZero() && b.Count > 0
}

func backupAge(m *machine) Fact {
	var newest time.Time
	for _, b := range m.Backups.Value {
		if isDone(&b) && b.Newest.After(newest) {
			newest = b.Newest
		}
	}
	if gap, partial := partial("backups", m.Backups); partial && newest.IsZero() {
		return missing(gap)
	}
	return days(newest, m.Collected.At, "backups")
}

// localBackup is the folder of backups on the machine's own disks, where no sign of another place is known.
func localBackup(m *machine) Fact {
	folder := ""
	for _, b := range m.Backups.Value {
		switch {
		case slices.Contains([]string{"barman", "wal-g", "wal-e", "bacula", "bareos", "veeam"}, b.Tool):
			return word("") // these keep backups elsewhere
		case b.Sign == "file" && strings.HasPrefix(b.Where, "/") && b.Tool != "wal-archive":
			if isRemote(m, b.Where) {
				return word("")
			}
			folder = cmp.Or(folder, b.Where)
		}
	}
	for _, c := range m.Commands.Value {
		if strings.Contains(c.Where, "backup") || strings.Contains(c.Where, "dump") {
			return missing(estate.Gap{Section: "commands", Coverage: estate.NotAsked, Problem: c.Where + " speaks to another machine: whether it takes backups there is not known"})
		}
	}
	if gap, partial := partial("backups", m.Backups); partial && folder == "" {
		return missing(gap)
	}
	if folder == "" && slices.ContainsFunc(m.Backups.Value, func(b estate.Backup) bool { return b.Tool != "wal-archive" }) {
		return missing(estate.Gap{Section: "backups", Coverage: estate.NotAsked, Problem: "where backups are kept does not show", Mend: "ask for the repository of the backup program"})
	}
	return word(folder)
}

// isRemote tells whether a folder lies on a file system of another machine.
func isRemote(m *machine, folder string) bool {
	longest, remote := -1, false
	for _, mount := range m.Mounts.Value {
		within := mount.Target == "/" || folder == mount.Target || strings.HasPrefix(folder, mount.Target+"/")
		if within && len(mount.Target) > longest {
			longest, remote = len(mount.Target), mount.RemoteHost != ""
		}
	}
	return remote
}

// restores looks for programs that bring something back.
func restores(m *machine) Fact {
	if m.restored {
		return truth(true)
	}
	is := func(program string) bool { return strings.Contains(strings.ToLower(program), "restore") }
	planned := has("schedules", m.Schedules, func(s *estate.Schedule) bool { return is(s.Program) || is(s.Where) })
	if planned.Value.String() == "true" {
		return planned
	}
	called := has("commands", m.Commands, func(c *estate.OutboundCall) bool { return is(c.Program) || is(c.Where) })
	if called.Value.String() == "true" || !called.Value.Coverage().IsKnown() {
		return called
	}
	return planned
}

// neighbours finds for each machine outside production one of production in the same network.
func (w *world) neighbours() {
	production := map[netip.Prefix]string{}
	nets := func(m *machine) []netip.Prefix {
		var found []netip.Prefix
		for _, i := range m.Interfaces.Value {
			for _, address := range i.Addresses {
				p, err := netip.ParsePrefix(address)
				if err == nil && !p.Addr().IsLoopback() && !p.Addr().IsLinkLocalUnicast() && !p.IsSingleIP() && !strings.HasPrefix(i.Name, "docker") && !strings.HasPrefix(i.Name, "br-") {
					found = append(found, p.Masked())
				}
			}
		}
		return found
	}
	for _, m := range w.machines {
		if m.Environment != estate.Production {
			continue
		}
		for _, net := range nets(m) {
			if production[net] == "" || m.Name < production[net] {
				production[net] = m.Name
			}
		}
	}
	for _, m := range w.machines {
		if m.Environment != estate.NonProduction {
			continue
		}
		for _, net := range nets(m) {
			m.neighbour = cmp.Or(m.neighbour, production[net])
		}
	}
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
