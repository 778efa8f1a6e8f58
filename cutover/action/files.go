package action

import (
	"bufio"
	"context"
	"io"
	"strings"

	"nightferry/cutover"
	"nightferry/internal/expr"
	"nightferry/internal/remote"
)

func filesFields() []field {
	return []field{{name: "from_host", shape: shapeName}, {name: "from_path", shape: shapePath}, {name: "to_host", shape: shapeName},
		{name: "to_path", shape: shapePath}, {name: "owner", shape: shapeName}}
}

// filesCopy moves a folder by tar, streamed from one machine to the other as the account that owns it. It runs
// tar, find, mkdir and rm by their names, so that sudoers can allow exactly those.
type filesCopy struct {
	from, to         shell
	fromPath, toPath string
	owner            string
}

func newFilesCopy(r *Registry, f fields) cutover.Action {
	return &filesCopy{from: shell{r.Machines, f.text["from_host"]}, to: shell{r.Machines, f.text["to_host"]},
		fromPath: f.text["from_path"], toPath: f.text["to_path"], owner: f.text["owner"]}
}

func (c *filesCopy) as(argv ...string) []string { return asAccount(c.owner, argv...) }

// Check wants a source, and a target that is absent or empty: what is there may be somebody's.
func (c *filesCopy) Check(ctx context.Context, a cutover.Attempt) (cutover.Memo, error) {
	if _, err := c.from.ask(ctx, "find", c.as("find", c.fromPath, "-maxdepth", "0", "-type", "d", "-readable")...); err != nil {
		return nil, refuse("correct from_path or owner in the runbook, or allow find to the operator in sudoers",
			"%s cannot be read on %s as %s", c.fromPath, c.from.host, c.owner)
	}
	state, err := c.state(ctx)
	if err != nil {
		return nil, err
	}
	if state == "full" && a.Memo["was"] == "" {
		return nil, refuse("look whose files they are; move them away by hand if they may go", "%s on %s is not empty", c.toPath, c.to.host)
	}
	return cutover.Memo{"was": state}, nil
}

// state of the target folder: "absent", "empty" or "full".
func (c *filesCopy) state(ctx context.Context) (string, error) {
	parent := c.toPath[:strings.LastIndexByte(c.toPath, '/')]
	name := c.toPath[len(parent)+1:]
	found, err := c.to.ask(ctx, "find", c.as("find", parent, "-mindepth", "1", "-maxdepth", "1", "-name", literal(name), "-printf", "there\n")...)
	if err != nil || found == "" {
		return "absent", err
	}
	first, err := c.to.ask(ctx, "find", c.as("find", c.toPath, "-mindepth", "1", "-maxdepth", "1", "-printf", "file\n", "-quit")...)
	if err != nil || first == "" {
		return "empty", err
	}
	return "full", nil
}

// literal keeps a name from being read as find's pattern.
func literal(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
}

// Do copies. What an earlier attempt left half way is removed first.
func (c *filesCopy) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	if err := c.remove(ctx, a); err != nil {
		return cutover.Result{}, err
	}
	if _, err := c.to.run(ctx, a.Output, "mkdir", c.as("mkdir", "-p", "-m", "750", "--", c.toPath)...); err != nil {
		return cutover.Result{}, err
	}
	sent, err := pipe(ctx, a.Output, c.from, c.as("tar", "-C", c.fromPath, "-cf", "-", "."),
		c.to, c.as("tar", "-C", c.toPath, "--no-same-owner", "-xf", "-"), "copying "+c.fromPath)
	if err != nil {
		return cutover.Result{}, err
	}
	files, err := c.sums(ctx, c.to, c.toPath)
	if err != nil {
		return cutover.Result{}, err
	}
	return cutover.Result{Facts: expr.Facts{"files": expr.Int(int64(len(files))), "bytes": expr.Int(sent.Bytes)}}, nil
}

// Verify compares the SHA-256 of every file on both sides.
func (c *filesCopy) Verify(ctx context.Context, _ cutover.Attempt) error {
	was, err := c.sums(ctx, c.from, c.fromPath)
	if err != nil {
		return err
	}
	is, err := c.sums(ctx, c.to, c.toPath)
	if err != nil {
		return err
	}
	missing, different := 0, 0
	for name, sum := range was {
		switch there, ok := is[name]; {
		case !ok:
			missing++
		case there != sum:
			different++
		}
	}
	if missing+different > 0 || len(is) != len(was) {
		return refuse("retry the step; nothing may write into either folder meanwhile",
			"of %d files %d are missing on %s and %d differ; %d are there in all", len(was), missing, c.to.host, different, len(is))
	}
	return nil
}

// sums gives the SHA-256 of each file below a folder. Names stay in memory: they can name patients.
func (c *filesCopy) sums(ctx context.Context, on shell, folder string) (map[string]string, error) {
	reader, writer := io.Pipe()
	sums := map[string]string{}
	done := make(chan error, 1)
	go func() {
		lines := bufio.NewScanner(reader)
		for lines.Scan() {
			if sum, name, ok := strings.Cut(lines.Text(), "  "); ok {
				sums[strings.TrimPrefix(name, folder)] = sum
			}
		}
		io.Copy(io.Discard, reader) //nolint:errcheck // a line that is too long must not block the writer
		done <- lines.Err()
	}()
	_, err := on.stream(ctx, "find", remote.Command{Stdout: writer, Argv: c.as("find", folder, "-type", "f", "-exec", "sha256sum", "--", "{}", "+")})
	writer.Close() //nolint:errcheck // closing a pipe never fails
	if odd := <-done; err == nil && odd != nil {
		// Half a list on both sides would compare as equal.
		err = refuse("look at the folder by hand", "%s on %s holds a file whose name is too long to be compared", folder, on.host)
	}
	return sums, err
}

func (c *filesCopy) remove(ctx context.Context, a cutover.Attempt) error {
	switch a.Memo["was"] {
	case "absent":
		_, err := c.to.run(ctx, a.Output, "rm", c.as("rm", "-rf", "--", c.toPath)...)
		return err
	case "empty":
		_, err := c.to.run(ctx, a.Output, "find", c.as("find", c.toPath, "-mindepth", "1", "-delete")...)
		return err
	}
	return refuse("remove them by hand if they may go", "it is not known that the files in %s on %s were made by this run", c.toPath, c.to.host)
}

// Undo removes the copy. The legacy folder was only read.
func (c *filesCopy) Undo(ctx context.Context, a cutover.Attempt) error { return c.remove(ctx, a) }

// Probe cannot tell a whole copy from one that broke off, and Do starts again cleanly: not done.
func (c *filesCopy) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	return cutover.ProbeNotDone, nil
}

// Reversible is always true.
func (c *filesCopy) Reversible() bool { return true }
