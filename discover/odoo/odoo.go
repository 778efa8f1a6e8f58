// Package odoo reads what an Odoo server knows of itself over RPC: modules, users, scheduled and server actions,
// mail servers, outside parties, models, what was made in the database, attachments, queues. It asks for names,
// hosts and counts, never for records of the business or secrets. Program text is read to be measured, hashed and
// searched for hosts, and then dropped; of configuration parameters a short list of values is asked for.
//
// A collector never fails: what the user may not read is a section that says so, and names the right that
// would open it.
package odoo

import (
	"context"
	"errors"
	"strings"
	"time"

	"nightferry/discover"
	"nightferry/internal/estate"
	"nightferry/internal/odoorpc"
)

// Server says which Odoo database to read and what is known of it beforehand.
type Server struct {
	Name        string
	Environment estate.Environment
	Host        string   // the estate's host that runs it; empty where unknown
	Via         []string // jump hosts, for the record; the options' Dial goes through them
	RPC         odoorpc.Options
}

// Target makes a server a target of discovery. The clock gives the time of collection.
func Target(server Server, clock func() time.Time) discover.Target {
	return discover.Target{
		Kind: discover.KindOdoo, Name: server.Name, Address: server.RPC.URL,
		Collect: func(ctx context.Context, note func(string)) discover.Asset {
			return discover.Asset{Odoo: Collect(ctx, server, clock, note)}
		},
	}
}

// Collect reads a server. It logs in once.
func Collect(ctx context.Context, server Server, clock func() time.Time, note func(string)) *estate.OdooServer {
	found := estate.UnreadOdoo(server.Name, server.Environment, estate.Collection{
		At: clock().UTC().Truncate(time.Second), Account: server.RPC.Login,
		Via: server.Via, Address: server.RPC.URL, Coverage: estate.Known,
	})
	found.Host, found.Database = server.Host, server.RPC.Database
	r := &reader{note: note, found: &found, fields: map[string][]string{}}
	client, err := odoorpc.New(server.RPC)
	if err != nil {
		r.found.Collected.Address = "" // it may hold a login
		r.abandon(err)
		return r.found
	}
	defer client.Close()
	r.found.Collected.Address = client.Address()
	if !client.Encrypted() {
		r.warn("the address is plain http: the password and all answers travelled unencrypted")
	}
	note("version")
	if r.found.Version = r.version(ctx, client); r.stopped != nil {
		r.abandon(r.stopped)
		return r.found
	}
	note("login")
	if r.session, err = client.Login(ctx); err != nil {
		r.abandon(err)
		return r.found
	}
	r.sections(ctx)
	return r.found
}

// reader is one reading of one server.
type reader struct {
	session *odoorpc.Session
	note    func(string)
	found   *estate.OdooServer
	stopped error // what makes further questions useless, or harmful

	fields        map[string][]string // of each model that was asked about
	people        map[int64]string    // logins of staff by id
	active        map[int64]bool      // users of any kind
	administrator bool                // the user who looks is one, for sure
	unseen        error               // why users are not known
}

// sections reads all that needs a login, in a fixed order.
func (r *reader) sections(ctx context.Context) {
	found := r.found
	found.Modules = read(ctx, r, "ir.module.module", r.modules)
	found.Users = read(ctx, r, "res.users", r.users)
	if r.active == nil && r.stopped == nil {
		r.warn(found.Collected.Account + ", who looked, may be no administrator: record rules may have hidden rows, and nothing tells how many")
	}
	found.Crons = read(ctx, r, "ir.cron", r.crons)
	found.MailServers = read(ctx, r, "ir.mail_server", r.mailServers)
	found.Inbound = read(ctx, r, "fetchmail.server", r.inbound)
	found.Providers = read(ctx, r, "payment, LDAP and OAuth providers", r.providers)
	found.Models = read(ctx, r, "ir.model", r.models)
	found.Attachments = read(ctx, r, "ir.attachment", r.attachments)
	found.Portal = read(ctx, r, "res.users, portal", r.portal)
	found.Groups = read(ctx, r, "res.groups", r.groups)
	found.APIKeys = read(ctx, r, "res.users.apikeys", r.apiKeys)
	found.Companies = read(ctx, r, "res.company", r.companies)
	found.Languages = read(ctx, r, "res.lang", r.languages)
	found.Actions = read(ctx, r, "ir.actions.server", r.actions)
	found.Automations = read(ctx, r, "base.automation", r.automations)
	found.Fields = read(ctx, r, "ir.model.fields", r.customFields)
	found.Views = read(ctx, r, "ir.ui.view", r.views)
	found.Reports = read(ctx, r, "ir.actions.report", r.reports)
	found.Numbering = read(ctx, r, "ir.sequence", r.numbering)
	found.Parameters = read(ctx, r, "ir.config_parameter", r.parameters)
	found.Queues = read(ctx, r, "job queues", r.queues)
	if r.stopped != nil {
		r.warn("the reading stopped early: " + r.stopped.Error())
	}
}

// read runs one section, unless an earlier one showed that asking on is useless.
func read[T any](ctx context.Context, r *reader, source string, section func(context.Context) (estate.Section[T], error)) estate.Section[T] {
	if r.stopped != nil {
		return estate.Miss[T](estate.NotAsked, source, "the reading stopped before: "+r.stopped.Error(), "")
	}
	r.note(source)
	known, err := section(ctx)
	if err == nil {
		return known
	}
	return missed(r, known, source, err)
}

// missed says in the section's own terms why it is not known. What was read before the error stays, where
// a section has several sources.
func missed[T any](r *reader, part estate.Section[T], source string, err error) estate.Section[T] {
	if part.Source == "" {
		part.Source = source
	}
	part.Coverage, part.Problem = coverage(err), strings.ReplaceAll(err.Error(), "\n", "; ")
	part.Grant = strings.Join(grants(err), "; ")
	for _, final := range []error{odoorpc.Unreachable, odoorpc.BadTLS, odoorpc.WrongLogin, odoorpc.CoolDown, context.Canceled} {
		if errors.Is(err, final) { // a refused login counts against the hospital's limit each time
			r.stopped = err
		}
	}
	return part
}

// grants are the rights that would let the user read, one for each refusal in err.
func grants(err error) []string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		if _, ours := err.(*odoorpc.Error); !ours {
			var all []string
			for _, one := range joined.Unwrap() {
				all = append(all, grants(one)...)
			}
			return all
		}
	}
	if failure, ok := errors.AsType[*odoorpc.Error](err); ok && failure.Kind == odoorpc.Denied {
		return []string{failure.Grant()}
	}
	if _, ok := errors.AsType[hiddenField](err); ok {
		return []string{settings}
	}
	return nil
}

func coverage(err error) estate.Coverage {
	_, hidden := errors.AsType[hiddenField](err)
	switch {
	case hidden:
		return estate.Denied
	case errors.Is(err, odoorpc.Denied), errors.Is(err, odoorpc.WrongLogin), errors.Is(err, odoorpc.CoolDown):
		return estate.Denied
	case errors.Is(err, odoorpc.NoModel):
		return estate.Absent
	case errors.Is(err, odoorpc.TimedOut), errors.Is(err, context.DeadlineExceeded):
		return estate.Timeout
	}
	return estate.Failed
}

// abandon marks the whole asset as not known. Its sections stay as they are: not asked.
func (r *reader) abandon(err error) {
	c := &r.found.Collected
	c.Coverage, c.Problem = coverage(err), err.Error()
	if own, ok := errors.AsType[interface {
		error
		Mend() string
	}](err); ok {
		c.Mend = own.Mend()
	}
}

func (r *reader) warn(sentence string) {
	r.found.Collected.Warnings = append(r.found.Collected.Warnings, sentence)
}

func (r *reader) version(ctx context.Context, client *odoorpc.Client) estate.Section[string] {
	const source = "common.version()"
	serie, err := client.Version(ctx)
	if err != nil {
		r.stopped = err
		return missed(r, estate.Section[string]{}, source, err)
	}
	return estate.Know(source, serie)
}
