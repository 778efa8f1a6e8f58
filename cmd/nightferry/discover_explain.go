package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"nightferry/discover/host"
	"nightferry/discover/odoo"
	"nightferry/discover/postgres"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
)

// explainDiscovery prints what discovery would run and read, for the owners of the systems.
func explainDiscovery(w io.Writer, sudo bool) error {
	_, err := fmt.Fprintf(w, "# Hosts, over SSH: one POSIX shell script on the standard input of /bin/sh -s\n\n%s\n# PostgreSQL: read-only transactions\n\n%s\n# %s\n",
		host.Explain(sudo), postgres.Explain(), odoo.Explain())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\n# With --watch, again and again instead of all that: on hosts, this script\n\n%s\n# With --watch, on PostgreSQL: in read-only transactions that begin as above\n\n%s", host.ExplainLook(sudo), postgres.ExplainLook())
	return err
}

// explainGrants prints the rights that would show more. In an engagement whose estate was discovered, it names the
// exact ones of each system; elsewhere the general list.
func (a *app) explainGrants() (err error) {
	account, role, user := "nightferry", "nightferry", "nightferry"
	var gaps []estate.Gap
	if d, openErr := a.open(); openErr == nil {
		defer closing(d, &err)
		inventory, err := d.Inventory()
		if err != nil {
			return err
		}
		gaps = inventory.Gaps()
		if d.e.SSH.User != "" {
			account = d.e.SSH.User
		}
		if len(d.e.Databases) > 0 {
			role = d.e.Databases[0].User
		}
		if len(d.e.Odoo) > 0 {
			user = d.e.Odoo[0].User
		}
	} else if missing, ok := errors.AsType[*engagement.FileError](openErr); !ok || missing.Hint == "" {
		return openErr
	}
	fmt.Fprintf(a.stdout, `# Nothing here is needed: without it, discovery says what it could not see. Give what you want to give.
#
# Hosts. With --sudo, `+"`sudo -n`"+` is tried for exactly these commands, and for no other; each reads and writes
# nothing. As a file in /etc/sudoers.d; a word in capitals stands for a name of the machine and must be replaced.

%s
# PostgreSQL

%s
# Odoo

%s`, host.Grants(account), postgres.Grants(role), odoo.Grants(user))
	printExactGrants(a.stdout, gaps)
	return nil
}

// printExactGrants lists what the last discovery found missing, and the right that would show it.
func printExactGrants(w io.Writer, gaps []estate.Gap) {
	asset := ""
	for _, gap := range gaps {
		if gap.Mend == "" || gap.Section == "" {
			continue
		}
		if asset == "" {
			fmt.Fprint(w, "\n# What the last discovery could not see, and the right that would show it.\n")
		}
		if gap.Asset != asset {
			asset = gap.Asset
			fmt.Fprintf(w, "\n# %s\n", asset)
		}
		why := gap.Problem
		if why == "" {
			why = string(gap.Coverage)
		}
		fmt.Fprintf(w, "#   %s: %s\n%s\n", gap.Section, why, strings.TrimPrefix(gap.Mend, "sudo: "))
	}
}
