package classify

import (
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// sockets reads a host's established connections. Those that our own visit made, from its jump hosts, are no integration.
func (l *ledger) sockets(host estate.Host) {
	for _, c := range host.Connections.Value {
		local := "host/" + host.Name
		peer := l.names.from(local, c.PeerAddress)
		if slices.Contains(host.Collected.Via, strings.TrimPrefix(peer, "host/")) {
			continue
		}
		e := edge{from: local, to: peer, port: c.PeerPort}
		if c.Inbound {
			e = edge{from: peer, to: local, port: c.LocalPort}
		}
		e.protocol = protocolOf(e.port)
		if e.protocol == "ssh" && c.Inbound && host.Collected.Account == c.User {
			continue
		}
		e.evidence = fmt.Sprintf("socket on %s, port %d", host.Name, e.port)
		l.add(observed, e)
	}
}

// configuration reads what a host's files and units say about other systems.
func (l *ledger) configuration(host estate.Host) {
	from := "host/" + host.Name
	for _, route := range host.Routes.Value {
		for _, upstream := range route.Upstream {
			name, port := splitEndpoint(upstream)
			l.add(configured, edge{from: from, to: l.names.endpoint(name), protocol: protocolOf(port), port: port,
				evidence: route.Proxy + " upstream on " + host.Name})
		}
	}
	for _, call := range host.Commands.Value {
		for _, target := range call.Hosts {
			l.command(host.Name, call.Program, target, call.Where)
		}
	}
	for _, schedule := range host.Schedules.Value {
		for _, target := range schedule.Hosts {
			l.command(host.Name, schedule.Program, target, schedule.Where)
		}
	}
	for _, p := range host.Processes.Value {
		for _, target := range p.Hosts {
			l.command(host.Name, p.Program, target, "arguments of "+p.Program)
		}
	}
	for _, mount := range host.Mounts.Value {
		if mount.RemoteHost != "" {
			l.add(configured, edge{from: from, to: l.names.endpoint(mount.RemoteHost), protocol: mount.Type,
				evidence: "mount " + mount.Target + " on " + host.Name})
		}
	}
}

func (l *ledger) command(host, program, target, where string) {
	name, port := splitEndpoint(target)
	l.add(configured, edge{from: "host/" + host, to: l.names.from("host/"+host, name), protocol: protocolOfProgram(program, port), port: port,
		evidence: program + " in " + where + " on " + host})
}

// sessions reads who is connected to a database server.
func (l *ledger) sessions(server estate.PostgresServer) {
	if server.Host == "" {
		return
	}
	for _, client := range server.Clients.Value {
		from := l.names.endpoint(client.Address)
		if client.Address == "" || client.Application == "nightferry" || slices.Contains(server.Collected.Via, strings.TrimPrefix(from, "host/")) {
			continue
		}
		l.add(observed, edge{from: from, to: "host/" + server.Host, protocol: "postgresql", port: 5432,
			evidence: fmt.Sprintf("session of %s on %s/%s", client.Role, server.Name, client.Database)})
	}
}

// application reads what Odoo's own configuration says.
func (l *ledger) application(server estate.OdooServer) {
	if server.Host == "" {
		return
	}
	from := "host/" + server.Host
	for _, m := range append(slices.Clone(server.MailServers.Value), server.Inbound.Value...) {
		if !m.Active {
			continue
		}
		l.add(configured, edge{from: from, to: l.names.endpoint(m.Host), protocol: m.Kind, port: m.Port, evidence: "mail server in Odoo " + server.Name})
	}
	for _, p := range server.Providers.Value {
		if !p.Enabled || p.Manual {
			continue // Odoo ships many that nobody uses, and some that ask nobody outside
		}
		name := p.Host
		if name == "" {
			name = p.Name
		}
		l.add(configured, edge{from: from, to: l.names.endpoint(name), protocol: protocolOfProvider(p), port: p.Port, kind: kindOfProvider(p.Kind),
			evidence: p.Kind + " provider in Odoo " + server.Name})
	}
}
