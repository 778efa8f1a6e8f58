package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightferry/cutover"
	"nightferry/cutover/control"
	"nightferry/cutover/journal"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
	"nightferry/internal/remote"
)

// night is one run of a wave, by its files in the engagement's folder.
type night struct {
	desk *desk
	wave string
	run  string // WAVE.DATE-TIME
	text []byte // of the runbook, for a run that has not begun; nil once its file is written
}

func (n night) journal() string  { return n.desk.Path(engagement.JournalFile(n.run)) }
func (n night) bookName() string { return engagement.JournalDir + "/" + n.run + ".yaml" }
func (n night) doorName() string { return engagement.JournalDir + "/" + n.run + ".socket" }
func (n night) log() string      { return n.desk.Path(engagement.JournalDir + "/" + n.run + ".log") }

// resume is the command that goes on with the night: it joins the engine, or starts one where none runs.
func (n night) resume() string { return n.command("run") }

// command is a command line about the night, as it can be typed from where the person is.
func (n night) command(verb string) string {
	in := ""
	if dir := filepath.Dir(n.desk.Path(engagement.JournalDir)); dir != "." {
		in = " -C " + dir
		if strings.Trim(dir, plainLetters) != "" {
			in = " -C " + remote.Quote(dir)
		}
	}
	return "nightferry" + in + " cutover " + verb + " " + n.wave
}

// plainLetters mean nothing to a shell.
const plainLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"

// lastNight finds the last run of a wave, or of all waves when wave is empty. Without any, the state is nil.
func lastNight(d *desk, wave string) (night, *cutover.State, error) {
	runs, err := runsOf(d, wave)
	if err != nil || len(runs) == 0 {
		return night{}, nil, err
	}
	last := runs[len(runs)-1]
	records, err := journal.Read(last.journal())
	if err != nil {
		return night{}, nil, err
	}
	state, err := cutover.Fold(records)
	return last, state, err
}

// runsOf lists runs by their journals, oldest first.
func runsOf(d *desk, wave string) ([]night, error) {
	if wave == "" {
		wave = "*"
	}
	paths, err := filepath.Glob(d.Path(engagement.JournalFile(wave + ".*")))
	if err != nil {
		return nil, err
	}
	var runs []night
	for _, path := range paths {
		run := strings.TrimSuffix(filepath.Base(path), ".jsonl")
		of, _, _ := strings.Cut(run, ".")
		runs = append(runs, night{desk: d, wave: of, run: run})
	}
	slices.SortFunc(runs, func(a, b night) int {
		return strings.Compare(strings.TrimPrefix(a.run, a.wave), strings.TrimPrefix(b.run, b.wave))
	})
	return runs, nil
}

// join attaches to the engine of a night. Where none runs it starts one, if that is allowed.
func (a *app) join(ctx context.Context, n night, start bool) (*control.Client, error) {
	socket, err := control.Socket(a.env, n.journal())
	if err != nil {
		return nil, err
	}
	door := socket
	if stated, err := n.desk.Read(n.doorName()); err == nil {
		door = string(stated) // of another login, whose runtime folder may be another
	}
	client, err := control.Dial(ctx, door, 0)
	if err == nil || !start {
		return client, err
	}
	if err := n.desk.e.CheckSecrets(ctx, a.env, engagement.ForCutover); err != nil {
		return nil, outcome.Misused(err)
	}
	if n.text != nil {
		// The run keeps the text it began with: later edits are for the next run.
		if err := n.desk.Write(n.bookName(), n.text); err != nil {
			return nil, err
		}
	}
	exited, err := a.startEngine(ctx, n)
	if err != nil {
		return nil, err
	}
	return a.await(ctx, n, socket, exited)
}

// startEngine starts this program again as the engine, in a session of its own: closing the terminal does not reach it.
func (a *app) startEngine(ctx context.Context, n night) (exited <-chan struct{}, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(n.log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the engine's log: %w", err)
	}
	defer log.Close()
	engine := exec.CommandContext(context.WithoutCancel(ctx), self, "-C", a.dir, "cutover", "engine", n.run)
	engine.Stdout, engine.Stderr = log, log
	engine.SysProcAttr = ownSession()
	if err := engine.Start(); err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = engine.Wait() // why it ended is in its log
	}()
	a.remark("the engine of run %s is process %d; its log is %s", n.run, engine.Process.Pid, n.log())
	return done, nil
}

// await dials until the engine answers, or is gone.
func (a *app) await(ctx context.Context, n night, socket string, exited <-chan struct{}) (*control.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	look := time.NewTicker(30 * time.Millisecond)
	defer look.Stop()
	for {
		client, err := control.Dial(ctx, socket, 0)
		if err == nil {
			return client, nil
		}
		select {
		case <-look.C:
		case <-exited:
			return nil, outcome.Stopped(outcome.Mend(fmt.Errorf("the engine ended at once: %s", tail(n.log())), "its log is "+n.log()))
		case <-ctx.Done():
			return nil, outcome.Stopped(errors.Join(err, ctx.Err()))
		}
	}
}

// tail is the last line of the engine's log, which is its error.
func tail(path string) string {
	text, err := readLimited(path)
	if err != nil {
		return "its log cannot be read"
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range slices.Backward(lines) {
		if said, ok := strings.CutPrefix(line, "nightferry: "); ok {
			return said
		}
	}
	return lines[len(lines)-1]
}

// readLimited reads a small file of ours.
func readLimited(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, 4<<20))
}
