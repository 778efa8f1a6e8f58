package classify

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// People's computers are no systems that talk; a dozen devices that send health records are.
func TestBrowsersAreToldAsOne(t *testing.T) {
	t.Parallel()
	host := machine("web", "10.0.0.1/24")
	host.Listeners = estate.Know("ss", []estate.Listener{{Protocol: "tcp", Address: "*", Port: 443, Process: "nginx"}, {Protocol: "tcp", Address: "*", Port: 2575, Process: "hl7-listener"}})
	for i := range 30 {
		for _, port := range []int{443, 2575} {
			host.Connections.Value = append(host.Connections.Value, estate.Connection{LocalPort: port, Inbound: true, PeerAddress: fmt.Sprintf("10.8.0.%d", i)})
		}
	}
	got := Assess(hosts(host))
	require.Len(t, got.Integrations, 31)
	many := assessed(t, got, "outside/many addresses", "host/web", "https")
	require.Contains(t, many.Observed[0], "sockets from 30 addresses, such as 10.8.0.0, ")
	require.Equal(t, estate.KindWeb, many.Kind)
}

// An address that two hosts share is told as such, and both are dependencies of a plan.
func TestSharedAddresses(t *testing.T) {
	t.Parallel()
	app := machine("app", "10.0.0.1/24")
	app.Connections.Value = []estate.Connection{{PeerAddress: "10.0.0.100", PeerPort: 5432}}
	i := assessed(t, Assess(hosts(app, machine("db1", "10.0.0.2/24", "10.0.0.100/24"), machine("db2", "10.0.0.3/24", "10.0.0.100/24"))), "host/app", "shared/10.0.0.100", "postgresql")
	require.Equal(t, []string{"host/db1", "host/db2"}, i.Behind)
	require.Equal(t, i.Behind, i.Hosts(i.To))
	require.Equal(t, []string{"host/app"}, i.Hosts(i.From))
	require.Empty(t, i.Hosts("outside/x"))
}

// crowd is an estate of many hosts that speak to one another, each within a circle of so many, and to others outside.
func crowd(n, circle, connections int, random *rand.Rand) Input {
	var in Input
	for h := range n {
		host := machine(fmt.Sprintf("h%05d", h), fmt.Sprintf("10.%d.%d.%d/8", h>>16&255, h>>8&255, h&255))
		host.Names = estate.Know("hosts", []estate.HostName{{Address: "203.0.113.9", Names: []string{"lab.example", "fhir.example"}}})
		host.Listeners = estate.Know("ss", []estate.Listener{{Protocol: "tcp", Address: "*", Port: 5432, Process: "postgres"}, {Protocol: "tcp", Address: "*", Port: 443, Process: "nginx"}})
		host.Connections.Value = make([]estate.Connection, 0, connections)
		for range connections {
			peer := (h + random.IntN(circle)) % n
			c := estate.Connection{PeerAddress: fmt.Sprintf("10.%d.%d.%d", peer>>16&255, peer>>8&255, peer&255), PeerPort: []int{5432, 443, 22, 8123}[random.IntN(4)], Process: "odoo"}
			if random.IntN(10) == 0 {
				c.PeerAddress, c.PeerPort = "203.0.113.9", 443
			}
			if random.IntN(10) == 0 {
				c = estate.Connection{PeerAddress: fmt.Sprintf("198.51.100.%d", random.IntN(200)), LocalPort: 443, Inbound: true}
			}
			host.Connections.Value = append(host.Connections.Value, c)
		}
		host.Commands = estate.Know("scripts", []estate.OutboundCall{{Where: "/opt/push", Program: []string{"curl", "sftp", "rsync"}[random.IntN(3)], Hosts: []string{[]string{"lab.example", "fhir.example", "203.0.113.9"}[random.IntN(3)]}}})
		in.Inventory.Hosts = append(in.Inventory.Hosts, host)
		in.Services = append(in.Services, estate.Service{Name: host.Name, Owner: "O", Hosts: []string{host.Name}})
	}
	return in
}

// TestOrderChangesNothing shuffles everything that has an order of its own.
func TestOrderChangesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 7))
		in := crowd(12, 12, 30, random)
		in.Declared = []estate.Integration{{From: "host/h00001", To: "outside/lab.example", Protocol: "sftp", Declared: []string{"a"}}, {From: "host/h00001", To: "outside/lab.example", Protocol: "sftp", Kind: estate.KindFinance, Declared: []string{"b"}}}
		want := Assess(in)
		random.Shuffle(len(in.Inventory.Hosts), func(i, j int) {
			in.Inventory.Hosts[i], in.Inventory.Hosts[j] = in.Inventory.Hosts[j], in.Inventory.Hosts[i]
		})
		random.Shuffle(len(in.Services), func(i, j int) { in.Services[i], in.Services[j] = in.Services[j], in.Services[i] })
		slices.Reverse(in.Declared)
		for _, h := range in.Inventory.Hosts {
			random.Shuffle(len(h.Connections.Value), func(i, j int) {
				h.Connections.Value[i], h.Connections.Value[j] = h.Connections.Value[j], h.Connections.Value[i]
			})
		}
		got := Assess(in)
		require.Equal(t, want.Integrations, got.Integrations, "seed %d", seed)
		require.Equal(t, want.Findings, got.Findings, "seed %d", seed)
	}
}

// TestManyHosts: the time that an estate takes is held against the bare operation in the same run, which is to read each
// address and to note who speaks to whom. BenchmarkAssess has the figures of 10,000 hosts with 100 connections each.
func TestManyHosts(t *testing.T) {
	in := crowd(2_000, 2_000, 100, rand.New(rand.NewPCG(1, 2)))
	began := time.Now()
	bare := map[key]*entry{}
	for _, h := range in.Inventory.Hosts {
		for _, c := range h.Connections.Value {
			address, err := netip.ParseAddr(c.PeerAddress)
			require.NoError(t, err)
			k := key{h.Name, address.String(), protocolOf(c.PeerPort)}
			if bare[k] == nil {
				bare[k] = &entry{key: k}
			}
		}
	}
	least := time.Since(began)
	began = time.Now()
	got := Assess(in)
	took := time.Since(began)
	t.Logf("%d integrations of 200,000 connections in %v, %.1f times the bare operation", len(got.Integrations), took, float64(took)/float64(least))
	require.Less(t, took, 20*least)
	require.NotEmpty(t, bare)
}

func BenchmarkAssess(b *testing.B) {
	for _, size := range [][2]int{{100, 20}, {1000, 20}, {10_000, 20}, {10_000, 10_000}} {
		in := crowd(size[0], size[1], 100, rand.New(rand.NewPCG(1, 2)))
		b.Run(fmt.Sprintf("hosts=%d/circle=%d", size[0], size[1]), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Assess(in)
			}
		})
	}
}

// Repeated looks show what one does not, and say how often; what was configured and is not seen in many of them weighs more.
func TestSamplesAreLooks(t *testing.T) {
	t.Parallel()
	app, db := pair()
	app.Commands = estate.Know("scripts", []estate.OutboundCall{{Where: "/opt/push", Program: "curl", Hosts: []string{"gone.example:443"}}, {Where: "/opt/push", Program: "sftp", Hosts: []string{"203.0.113.4"}}})
	seen := func(n int, hours ...int) estate.Sighting {
		s := estate.Sighting{Samples: n}
		for _, h := range hours {
			s.Hours[h] = 1
		}
		return s
	}
	peer := func(c estate.Counterpart, s estate.Sighting) estate.Peer {
		return estate.Peer{Counterpart: c, Sighting: s}
	}
	in := hosts(app, db)
	in.Inventory.Postgres = []estate.PostgresServer{{Name: "main", Host: "db", Collected: estate.Collection{Coverage: estate.Known}}}
	in.Inventory.Samples = estate.Samples{
		Hosts: []estate.HostSamples{{Name: "app", PeerSamples: 96, Peers: []estate.Peer{
			peer(estate.Counterpart{Protocol: "tcp", PeerAddress: "203.0.113.4", PeerPort: 22, Process: "sftp"}, seen(2, 2)),
			peer(estate.Counterpart{Protocol: "udp", PeerAddress: "10.9.0.6", PeerPort: 53}, seen(40, 1, 2, 3, 4, 5)),
			peer(estate.Counterpart{Protocol: "udp", PeerAddress: "10.9.0.8", PeerPort: 9999}, seen(1, 1)),
			peer(estate.Counterpart{Protocol: "tcp", PeerAddress: "203.0.113.4", LocalPort: 0, PeerPort: 0}, seen(1, 1)),
		}}},
		Postgres: []estate.PostgresSamples{{Name: "main", ClientSamples: 48, Clients: []estate.SampledClient{
			{DatabaseCaller: estate.DatabaseCaller{Database: "clinic", Role: "odoo", Address: "10.0.0.1"}, Sighting: seen(48, 1, 2, 3, 4, 5)}, {DatabaseCaller: estate.DatabaseCaller{Database: "clinic", Role: "x", Hidden: true}}}}},
	}
	got := Assess(in)
	push := assessed(t, got, "host/app", "outside/203.0.113.4", "sftp")
	require.Equal(t, []string{"in 2 of 96 samples (at 02 h UTC) of sftp on app, port 22"}, push.Observed)
	require.Equal(t, [2]int{97, 2}, [2]int{push.Looks, push.Seen})
	dns := assessed(t, got, "host/app", "outside/10.9.0.6", "dns")
	require.Equal(t, [2]int{97, 40}, [2]int{dns.Looks, dns.Seen})
	assessed(t, got, "host/app", "outside/10.9.0.8", "udp/9999")
	assessed(t, got, "host/app", "outside/203.0.113.4", "tcp")
	odoo := assessed(t, got, "host/app", "host/db", "postgresql")
	require.Equal(t, [2]int{97, 48}, [2]int{odoo.Looks, odoo.Seen})
	require.Equal(t, estate.PlainText, odoo.Encryption)
	for _, f := range got.Findings {
		if f.Code == CodeNotObserved {
			require.Equal(t, estate.LowSeverity, f.Severity)
			require.Contains(t, f.Evidence, "not seen in 97 looks at the connections")
		}
	}
	require.Len(t, got.Findings, 6)
}
