package host

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// directionOf is what the arguments of a program that speaks to others tell of who gives and who takes; empty where
// they tell nothing. Nothing else of the arguments is kept.
func directionOf(program string, args []string) estate.Direction {
	for i, arg := range args { // where the output goes is no argument
		if strings.HasPrefix(strings.TrimLeft(arg, "0123456789&"), ">") || strings.HasPrefix(arg, "<") {
			args = args[:i]
			break
		}
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(args, func(arg string) bool {
			name, _, _ := strings.Cut(arg, "=")
			return slices.Contains(words, name)
		})
	}
	switch program {
	case "curl":
		uploads := has("-T", "--upload-file", "-d", "--data", "--data-binary", "--data-raw", "--data-urlencode", "--json", "-F", "--form", "POST", "PUT", "-XPOST", "-XPUT")
		return either(uploads, estate.Push, estate.Pull)
	case "wget":
		return either(has("--post-data", "--post-file", "--body-data", "--body-file"), estate.Push, estate.Pull)
	case "scp", "rsync":
		return towards(args)
	case "aws", "rclone", "s3cmd":
		if has("cp", "copy", "mv", "sync", "put", "get") {
			return towards(args)
		}
	case "lftp", "smbclient", "ncftp":
		switch puts, gets := has("put", "mput", "-R", "--reverse"), has("get", "mget", "pget"); {
		case puts && gets:
			return estate.Both
		case puts:
			return estate.Push
		case gets || has("mirror"):
			return estate.Pull
		}
	}
	return ""
}

func either(is bool, yes, no estate.Direction) estate.Direction {
	if is {
		return yes
	}
	return no
}

// towards reads the operands of a copy: what is named last is where it goes.
func towards(args []string) estate.Direction {
	var operands []string
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			operands = append(operands, arg)
		}
	}
	if len(operands) == 0 {
		return ""
	}
	last := len(operands) - 1
	switch {
	case isElsewhere(operands[last]):
		return estate.Push
	case slices.ContainsFunc(operands[:last], isElsewhere):
		return estate.Pull
	}
	return ""
}

// isElsewhere tells "host:path", "host::module", "rsync://host/module" and "s3://bucket" from paths of the machine.
func isElsewhere(operand string) bool {
	before, _, ok := strings.Cut(operand, ":")
	return ok && before != "" && !strings.Contains(before, "/")
}
