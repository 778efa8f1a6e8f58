package action

import (
	"context"
	"strings"

	"nightferry/cutover"
)

func serviceFields() []field {
	return []field{{name: "host", shape: shapeName}, {name: "unit", shape: shapeName}}
}

// service stops or starts a systemd unit. A stopped one is masked as well, so that no package upgrade, timer or
// helpful colleague wakes the legacy side in the middle of the night; a started one is enabled, so that it outlives
// the machine's next boot.
type service struct {
	shell shell
	unit  string
	up    bool // the state that Do leaves
}

func newServiceStop(r *Registry, f fields) cutover.Action {
	return &service{shell{r.Machines, f.text["host"]}, f.text["unit"], false}
}

func newServiceStart(r *Registry, f fields) cutover.Action {
	return &service{shell{r.Machines, f.text["host"]}, f.text["unit"], true}
}

// unitState is what systemd says of a unit.
type unitState struct{ load, active, file string }

func (u unitState) running() bool { return u.active == "active" || u.active == "reloading" }

// still tells that nothing of the unit runs any more; "deactivating" is not still.
func (u unitState) still() bool { return u.active == "inactive" || u.active == "failed" }

func (s *service) state(ctx context.Context) (unitState, error) {
	printed, err := s.shell.ask(ctx, "systemctl show", "systemctl", "show", "--property=LoadState,ActiveState,UnitFileState", "--", s.unit)
	if err != nil {
		return unitState{}, err
	}
	var state unitState
	for line := range strings.SplitSeq(printed, "\n") {
		switch name, value, _ := strings.Cut(line, "="); name {
		case "LoadState":
			state.load = value
		case "ActiveState":
			state.active = value
		case "UnitFileState":
			state.file = value
		}
	}
	if state.load == "" || state.active == "" {
		return state, refuse("look at the machine: does it run systemd?", "%s does not tell the state of the unit %s", s.shell.host, s.unit)
	}
	return state, nil
}

// Check refuses a unit that does not exist, and remembers whether it ran.
func (s *service) Check(ctx context.Context, _ cutover.Attempt) (cutover.Memo, error) {
	state, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	if state.load != "loaded" && state.load != "masked" {
		return nil, refuse("correct the name of the unit in the runbook", "there is no unit %s on %s", s.unit, s.shell.host)
	}
	memo := cutover.Memo{"active": "false", "masked": "false", "disabled": "false"}
	if state.file == "disabled" {
		memo["disabled"] = "true"
	}
	if state.running() {
		memo["active"] = "true"
	}
	if state.load == "masked" {
		memo["masked"] = "true"
	}
	return memo, nil
}

// Do brings the unit to the wanted state.
func (s *service) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	if s.up {
		return cutover.Result{}, s.start(ctx, a)
	}
	return cutover.Result{}, s.stop(ctx, a, true)
}

func (s *service) stop(ctx context.Context, a cutover.Attempt, mask bool) error {
	if _, err := s.shell.run(ctx, a.Output, "systemctl stop", asRoot("systemctl", "stop", s.unit)...); err != nil || !mask {
		return err
	}
	_, err := s.shell.run(ctx, a.Output, "systemctl mask", asRoot("systemctl", "mask", s.unit)...)
	return err
}

func (s *service) start(ctx context.Context, a cutover.Attempt) error {
	if a.Memo["disabled"] == "true" && s.up {
		if _, err := s.shell.run(ctx, a.Output, "systemctl enable", asRoot("systemctl", "enable", s.unit)...); err != nil {
			return err
		}
	}
	_, err := s.shell.run(ctx, a.Output, "systemctl start", asRoot("systemctl", "start", s.unit)...)
	return err
}

// Verify asks systemd again.
func (s *service) Verify(ctx context.Context, _ cutover.Attempt) error {
	state, err := s.state(ctx)
	switch {
	case err != nil:
		return err
	case s.up && !state.running():
		return refuse("look at journalctl -u "+s.unit+" on "+s.shell.host, "the unit %s on %s is not running", s.unit, s.shell.host)
	case !s.up && (!state.still() || state.load != "masked"):
		return refuse("look at systemctl status "+s.unit+" on "+s.shell.host, "the unit %s on %s is not stopped and masked", s.unit, s.shell.host)
	}
	return nil
}

// Undo puts back what Check saw.
func (s *service) Undo(ctx context.Context, a cutover.Attempt) error {
	ran := a.Memo["active"] == "true"
	if s.up {
		return s.undoStart(ctx, a, ran)
	}
	if a.Memo["masked"] != "true" {
		if _, err := s.shell.run(ctx, a.Output, "systemctl unmask", asRoot("systemctl", "unmask", s.unit)...); err != nil {
			return err
		}
	}
	if !ran {
		return nil
	}
	if err := s.start(ctx, a); err != nil {
		return err
	}
	state, err := s.state(ctx)
	if err == nil && !state.running() {
		err = refuse("look at journalctl -u "+s.unit+" on "+s.shell.host, "the unit %s on %s did not start again", s.unit, s.shell.host)
	}
	return err
}

func (s *service) undoStart(ctx context.Context, a cutover.Attempt, ran bool) error {
	if a.Memo["disabled"] == "true" {
		if _, err := s.shell.run(ctx, a.Output, "systemctl disable", asRoot("systemctl", "disable", s.unit)...); err != nil {
			return err
		}
	}
	if ran {
		return nil
	}
	return s.stop(ctx, a, false)
}

// Probe asks systemd. Half way counts as not done, since doing it again finishes it.
func (s *service) Probe(ctx context.Context, a cutover.Attempt) (cutover.Answer, error) {
	if _, err := s.state(ctx); err != nil {
		return cutover.ProbeUnknown, err
	}
	if s.Verify(ctx, a) == nil {
		return cutover.ProbeDone, nil
	}
	return cutover.ProbeNotDone, nil
}

// Reversible is always true.
func (s *service) Reversible() bool { return true }
