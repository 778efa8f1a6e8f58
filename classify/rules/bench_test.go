package rules

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// crowd is an estate of many machines as they are met: a dozen of everything, half of the secrets closed.
func crowd(n int) Estate {
	e := Estate{Classes: map[string]estate.DataClass{}}
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	collected := estate.Collection{At: at, Account: "assess", Coverage: estate.Known}
	for i := range n {
		h := estate.UnreadHost(fmt.Sprintf("host-%05d", i), estate.Production, collected)
		h.Identity = estate.Know("os-release", estate.Identity{OS: "debian", OSVersion: "11", OSName: "Debian 11", Virtualisation: "kvm", Booted: at.Add(-time.Hour)})
		h.Interfaces = estate.Know("ip", []estate.Interface{{Name: "eth0", Addresses: []string{fmt.Sprintf("10.%d.%d.5/24", i/250, i%250)}}})
		h.SudoRules = estate.Miss[[]estate.SudoRule](estate.Denied, "sudoers", "closed", "sudo: cat /etc/sudoers")
		h.Safeguards = estate.Know("units", []estate.Safeguard{{Kind: "time", State: "on"}, {Kind: "firewall", State: "none"}, {Kind: "audit", State: "on"}, {Kind: "confinement", State: "on"}, {Kind: "log-forwarding", State: "none"}, {Kind: "monitoring", State: "on"}})
		h.Applications = estate.Know("signs", []estate.Application{{Kind: "sshd", Running: true}, {Kind: "odoo", Version: "14.0", Running: true}})
		var listeners []estate.Listener
		var accounts []estate.Account
		var units []estate.Unit
		var changed []estate.ChangedFile
		for j := range 12 {
			listeners = append(listeners, estate.Listener{Protocol: "tcp", Address: "10.0.0.1", Port: 8000 + j, Process: "java"})
			accounts = append(accounts, estate.Account{Name: fmt.Sprintf("person%d", j), UID: 1000 + j, Shell: "/bin/bash", Keys: -1})
			changed = append(changed, estate.ChangedFile{Path: fmt.Sprintf("/etc/x%d", j), Change: "content", Config: true})
		}
		for j := range 100 {
			units = append(units, estate.Unit{Name: fmt.Sprintf("u%d.service", j), Kind: "service", Active: "active"})
		}
		h.Listeners, h.Accounts, h.Units, h.Changed = estate.Know("ss", listeners), estate.Know("passwd", accounts), estate.Know("systemctl", units), estate.Know("dpkg", changed)
		h.Certificates = estate.Know("tls", []estate.Certificate{{Where: "tls *:443", NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0), Key: "RSA 2048"}})
		h.Mounts = estate.Know("df", []estate.Mount{{Source: "/dev/vda1", Target: "/", Mounted: true, SizeBytes: 100, UsedBytes: 20}})
		e.Inventory.Hosts = append(e.Inventory.Hosts, h)
		if i%10 == 0 {
			p := estate.UnreadPostgres(fmt.Sprintf("pg-%05d", i), estate.Production, collected)
			p.Host = h.Name
			p.Roles = estate.Know("pg_roles", []estate.Role{{Name: "postgres", Superuser: true, Login: true}, {Name: "odoo", Login: true}})
			p.Databases = estate.Know("pg_database", []estate.Database{{Name: "clinic", Owner: "odoo"}})
			e.Inventory.Postgres = append(e.Inventory.Postgres, p)
			e.Classes[p.Name+"/clinic"] = estate.PHI
			e.Services = append(e.Services, estate.Service{Name: "s" + p.Name, Criticality: estate.BusinessCritical, Hosts: []string{h.Name}, Databases: []string{p.Name + "/clinic"}})
		}
	}
	return e
}

// bare is how long it takes to ask every subject for the first fact of every rule about it.
func bare(set *Set, e Estate) time.Duration {
	began := time.Now()
	w := newWorld(e)
	known := 0
	for _, r := range set.All() {
		fields, first := set.kinds.fields[r.For], r.when.Leaves()[0]
		for g := range set.kinds.byName[r.For].groups(w) {
			for i := range g.subjects {
				g.subjects[i].world = w
				if fields[first].of(&g.subjects[i]).Value.Coverage().IsKnown() {
					known++
				}
			}
		}
	}
	runtime.KeepAlive(known)
	return time.Since(began)
}

// TestTenThousandMachines holds the bounds on an estate of 10,000 machines: memory as it is, and time against the bare
// operation in the same run, since other work shares the processors. Ten seconds are the aim.
func TestTenThousandMachines(t *testing.T) {
	if testing.Short() {
		t.Skip("a large estate")
	}
	set := embedded(t)
	e := crowd(10_000)
	least := bare(set, e)
	runtime.GC()
	began := time.Now()
	got := set.Evaluate(e)
	took := time.Since(began)
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d findings and %d unknowns of 10,000 machines by %d rules in %v, %.1f times the bare operation; %d MB of the system's memory in all",
		len(got.Findings), len(got.Unknown), len(set.All()), took, float64(took)/float64(least), memory.Sys>>20)
	require.NotEmpty(t, got.Findings)
	require.Less(t, took, 6*least)
	require.Less(t, memory.Sys, uint64(1<<30))
}

func BenchmarkEvaluate(b *testing.B) {
	set := embedded(b)
	for _, n := range []int{100, 1000, 10_000} {
		e := crowd(n)
		b.Run(fmt.Sprintf("hosts=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set.Evaluate(e)
			}
		})
	}
}
