package classify

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/classify/rules"
	"nightferry/internal/estate"
)

// furnished is a crowd whose machines hold what real ones do, with a database server and a service on every tenth.
func furnished(tb testing.TB, n int) Input {
	tb.Helper()
	in := crowd(n, 3, 100, rand.New(rand.NewPCG(1, 2)))
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	in.Services = nil
	for i := range in.Inventory.Hosts {
		h := &in.Inventory.Hosts[i]
		h.Collected = estate.Collection{At: at, Account: "assess", Coverage: estate.Known}
		h.Environment = estate.Production
		h.Identity = estate.Know("os-release", estate.Identity{OS: "debian", OSVersion: "11", OSName: "Debian 11", Virtualisation: "kvm", Booted: at.Add(-time.Hour)})
		h.SudoRules = estate.Miss[[]estate.SudoRule](estate.Denied, "sudoers", "closed", "sudo: cat /etc/sudoers")
		h.Backups = estate.Know("find", []estate.Backup{{Tool: "pg_dump", Where: "/var/backups", Newest: at.Add(-9 * time.Hour), Count: 1, Sign: "file"}})
		h.Safeguards = estate.Know("units", []estate.Safeguard{{Kind: "time", State: "on"}, {Kind: "firewall", State: "none"}, {Kind: "audit", State: "on"}, {Kind: "log-forwarding", State: "none"}})
		h.Applications = estate.Know("signs", []estate.Application{{Kind: "sshd", Running: true}, {Kind: "odoo", Version: "14.0", Running: true}})
		h.Mounts = estate.Know("df", []estate.Mount{{Source: "/dev/vda1", Target: "/", Mounted: true, SizeBytes: 100e9, UsedBytes: 20e9}})
		for j := range 12 {
			h.Accounts.Value = append(h.Accounts.Value, estate.Account{Name: fmt.Sprintf("person%d", j), UID: 1000 + j, Shell: "/bin/bash", Keys: -1})
			h.Changed.Value = append(h.Changed.Value, estate.ChangedFile{Path: fmt.Sprintf("/etc/x%d", j), Change: "content", Config: true})
			h.Listeners.Value = append(h.Listeners.Value, estate.Listener{Protocol: "tcp", Address: "10.0.0.1", Port: 8000 + j, Process: "java"})
		}
		for j := range 100 {
			h.Units.Value = append(h.Units.Value, estate.Unit{Name: fmt.Sprintf("u%d.service", j), Kind: "service", Active: "active"})
		}
		h.Accounts.Coverage, h.Changed.Coverage, h.Units.Coverage = estate.Known, estate.Known, estate.Known
		if i%10 == 0 {
			in.serve(h)
		}
	}
	var err error
	in.Rules, err = rules.Load()
	require.NoError(tb, err)
	in.Policies = embeddedPolicies(tb)
	in.Today = "2026-01-01"
	return in
}

// serve puts a database server with patients on a host, and a business service around it.
func (in *Input) serve(h *estate.Host) {
	p := estate.UnreadPostgres("pg-"+h.Name, estate.Production, h.Collected)
	p.Host = h.Name
	p.Roles = estate.Know("pg_roles", []estate.Role{{Name: "postgres", Superuser: true, Login: true}, {Name: "odoo", Login: true}})
	p.Databases = estate.Know("pg_database", []estate.Database{{Name: "clinic", Owner: "odoo", SizeBytes: 9e9}})
	in.Inventory.Postgres = append(in.Inventory.Postgres, p)
	in.Classification.Databases = append(in.Classification.Databases, DatabaseResult{Server: p.Name, Database: "clinic", Coverage: estate.Known, Class: estate.PHI, Columns: map[estate.DataClass]int{estate.PHI: 9}})
	in.Services = append(in.Services, estate.Service{Name: "s-" + h.Name, Owner: "O", Environment: estate.Production, Criticality: estate.BusinessCritical, Hosts: []string{h.Name}, Databases: []string{p.Name + "/clinic"}})
}

func embeddedPolicies(tb testing.TB) *Policies {
	tb.Helper()
	p, err := LoadPolicies(func(t PolicyTable) (PolicyTable, error) { return t, nil })
	require.NoError(tb, err)
	return p
}

// occupied is the memory that the process has of the system and has not given back, in bytes.
func occupied() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

// limited keeps the collector to the memory that the program allows an assessment.
func limited(tb testing.TB) {
	tb.Helper()
	before := debug.SetMemoryLimit(AssessmentMemory)
	tb.Cleanup(func() { debug.SetMemoryLimit(before) })
}

// BenchmarkWhole assesses an estate from the inventory to the last verdict: integrations of 100 connections a machine to three
// others and outside, all rules, workloads, recovery, readiness, and the comparison with an assessment before. Of 10,000
// machines, ten seconds and a gigabyte are the aim on two quiet cores.
func BenchmarkWhole(b *testing.B) {
	limited(b)
	for _, n := range []int{1000, 10_000} {
		in := furnished(b, n)
		in.Previous = &Assessment{Findings: Assess(in).Findings, Progress: Progress{Day: "2025-12-01"}}
		b.Run(fmt.Sprintf("hosts=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Assess(in)
			}
			b.ReportMetric(float64(occupied())/(1<<20), "MB-held")
		})
	}
}

// TestWhole holds the time of an assessment of 2,000 machines against the bare operation in the same run, which is to read
// each address and to ask each machine for each rule, and the memory that stays against a fifth of a gigabyte.
func TestWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("a large estate")
	}
	in := furnished(t, 2000)
	began := time.Now()
	seen := map[string]int{}
	for _, h := range in.Inventory.Hosts {
		for _, c := range h.Connections.Value {
			address, err := netip.ParseAddr(c.PeerAddress)
			require.NoError(t, err)
			seen[h.Name+" "+address.String()]++
		}
		for _, r := range in.Rules.All() {
			seen[r.Code+" "+h.Name]++
		}
	}
	least := time.Since(began)
	began = time.Now()
	got := Assess(in)
	took := time.Since(began)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d integrations, %d findings and %d workloads of 2,000 machines in %v, %.1f times the bare operation; %d MB live", len(got.Integrations), len(got.Findings), len(got.Demands.Workloads), took, float64(took)/float64(least), m.HeapAlloc>>20)
	require.Len(t, got.Demands.Workloads, 2000)
	require.Len(t, got.Demands.Recovery, 200)
	require.Less(t, took, 12*least)
	require.Less(t, m.HeapAlloc, uint64(1<<30)/5)
	runtime.KeepAlive(in)
}
