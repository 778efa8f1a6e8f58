package action

import (
	"context"

	"nightferry/cutover"
)

func commandFields() []field {
	return []field{{name: "host", shape: shapeName}, {name: "do", shape: shapeArgv}, {name: "verify", shape: shapeArgv, optional: true},
		{name: "undo", shape: shapeArgv, optional: true}, {name: "probe", shape: shapeArgv, optional: true}}
}

// command runs command lines that the runbook states word for word.
type command struct {
	shell                   shell
	do, verify, undo, probe []string
}

func newCommand(r *Registry, f fields) cutover.Action {
	return &command{shell{r.Machines, f.text["host"]}, f.lists["do"], f.lists["verify"], f.lists["undo"], f.lists["probe"]}
}

// Check sees that the machine can be reached.
func (c *command) Check(ctx context.Context, _ cutover.Attempt) (cutover.Memo, error) {
	_, err := c.shell.ask(ctx, "true", "true")
	return nil, err
}

// Do runs the command.
func (c *command) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	result, err := c.shell.run(ctx, a.Output, c.do[0], c.do...)
	if result.ExitCode < 0 {
		return cutover.Result{}, err // it did not come to its end, or was never begun
	}
	return cutover.Result{Exit: &result.ExitCode}, err
}

// Verify runs the command that proves the effect, if there is one.
func (c *command) Verify(ctx context.Context, a cutover.Attempt) error {
	if len(c.verify) == 0 {
		return nil
	}
	_, err := c.shell.run(ctx, a.Output, c.verify[0], c.verify...)
	return err
}

// Undo runs the command that takes the effect back.
func (c *command) Undo(ctx context.Context, a cutover.Attempt) error {
	if len(c.undo) == 0 {
		return nil
	}
	_, err := c.shell.run(ctx, a.Output, c.undo[0], c.undo...)
	return err
}

// Probe runs the probe: exit code 0 is done, 1 is not done. Anything else is unknown: no probe at all,
// or sudo that does not let it begin, which is exit code 1 too.
func (c *command) Probe(ctx context.Context, a cutover.Attempt) (cutover.Answer, error) {
	if len(c.probe) == 0 {
		return cutover.ProbeUnknown, refuse("look at "+c.shell.host+", then retry or skip the step", "the step has no probe: whether it was done is not known")
	}
	result, err := c.shell.run(ctx, a.Output, c.probe[0], c.probe...)
	switch {
	case err == nil:
		return cutover.ProbeDone, nil
	case result.ExitCode == 1 && !isRefusal(err):
		return cutover.ProbeNotDone, nil
	}
	return cutover.ProbeUnknown, err
}

// Reversible says whether the runbook states a way back.
func (c *command) Reversible() bool { return len(c.undo) > 0 }
