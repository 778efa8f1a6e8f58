package night

import (
	"fmt"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/runbook"
	"nightferry/plan/method"
)

// AheadOf is the name of the runbook that prepares a wave.
func AheadOf(wave string) string { return wave + "-ahead" }

// Ahead gives the runbook of what must be done in an earlier window of its own: a restart of a legacy server, identities of
// tables, the first copy of a replication. It moves no service. There is none where the chosen methods ask for nothing.
func Ahead(in Input) (runbook.Runbook, bool) {
	book := runbook.Runbook{Version: runbook.Version, Wave: AheadOf(in.Wave), Title: "before " + in.Wave + ": what its methods ask of the legacy side", Environment: string(in.Environment),
		Contacts: in.Contacts}
	w := writer{in: in, book: &book, slugs: slugs(in.Members)}
	for _, m := range in.Members {
		o := of{&w, m, w.slugs[m.Service.Name]}
		for _, p := range m.Choice.Pieces {
			for _, option := range p.Options {
				if option.Method == p.Method && len(m.Moves) > 0 {
					o.doAhead(p.Name, option.Ahead)
				}
			}
		}
	}
	w.settle()
	return book, len(book.Steps) > 0
}

// doAhead adds what one database needs, each after the one before. Where users are without the service meanwhile, they are
// told, and somebody looks whether it is back.
func (o of) doAhead(database string, list []method.Ahead) {
	number := func() string { return fmt.Sprintf("ahead-%d", len(o.book.Steps)+1) }
	var needs []string
	add := func(s runbook.Step) {
		s.Needs = needs
		needs = []string{s.ID}
		o.add(s)
	}
	for _, a := range list {
		if a.Outage {
			add(o.notice(runbook.PhasePrepare, number(), "", "Tell users that "+o.m.Service.Name+" is away for some minutes",
				o.m.Service.Name+" is restarted now and back within some minutes. Save what you are working on.", "users of "+o.m.Service.Name, "service desk"))
		}
		add(because(o.crew(runbook.PhasePrepare, number(), "", dba, "For "+database+": "+a.What, "this is done, and the server's log shows nothing against it", 15*time.Minute,
			map[string]any{"items": []string{"before: write down what it was", "undo: " + a.Undo}}), a.Why))
		if a.Outage {
			add(o.attest(runbook.PhasePrepare, number(), "", estate.KeyUser, o.m.Service.Name+" is back", "people work in "+o.m.Service.Name+" as before", 10*time.Minute, nil))
		}
	}
}
