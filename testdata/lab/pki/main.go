// Command pki makes the lab's certificates in the folder that it is given: the authority once (ca.pem,
// ca.key), and anew at each run the servers' certificates that it is asked for (leaf/NAME.crt,
// leaf/NAME.key), so that "12 days left" is true whenever a machine is booted.
package main

import (
	"fmt"
	"os"
	"slices"
	"time"
)

func main() {
	if err := run(os.Args[1:], time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "pki:", err)
		os.Exit(1)
	}
}

// run issues the leaves named after the folder, as seen from now.
func run(args []string, now time.Time) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: pki DIR [NAME…]")
	}
	authority, err := openAuthority(args[0], now)
	if err != nil {
		return err
	}
	for _, name := range args[1:] {
		i := slices.IndexFunc(leaves(), func(leaf leaf) bool { return leaf.name == name })
		if i < 0 {
			return fmt.Errorf("no certificate is called %s", name)
		}
		if err := authority.issue(args[0], leaves()[i], now); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
