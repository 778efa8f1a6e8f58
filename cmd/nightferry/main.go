// Command nightferry assesses a healthcare Odoo estate on legacy VMs, plans
// its move to a governed platform, and drives the cutover nights.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.LookupEnv, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
