// Command pki makes the lab's certificates in the folder that it is given: the authority once (ca.pem,
// ca.key), the servers' certificates anew at each run (leaf/NAME.crt, leaf/NAME.key), so that "12 days
// left" is true whenever the lab is raised.
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:], time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "pki:", err)
		os.Exit(1)
	}
}

// run issues every leaf as seen from now.
func run(args []string, now time.Time) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: pki DIR")
	}
	authority, err := openAuthority(args[0], now)
	if err != nil {
		return err
	}
	for _, leaf := range leaves {
		if err := authority.issue(args[0], leaf, now); err != nil {
			return fmt.Errorf("%s: %w", leaf.name, err)
		}
	}
	return nil
}
