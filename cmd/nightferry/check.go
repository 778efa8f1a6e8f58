package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"nightferry/internal/engagement"
)

// newCheck makes `nightferry check`.
func newCheck(a *app) *cobra.Command {
	var secrets, asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check engagement.yaml before anything is reached",
		Long: `Check reads engagement.yaml and tells everything that is wrong with it, each
with its line and what mends it. With --secrets it also looks whether the
variables and files that secrets are taken from are there. It reaches no other
system.`,
		Example: `  nightferry check
  nightferry -C clinic-north check --secrets`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			d, err := a.open()
			if err != nil {
				return err
			}
			defer closing(d, &err)
			if secrets {
				if err := d.e.CheckSecrets(cmd.Context(), a.env, engagement.ForDiscovery, engagement.ForCutover); err != nil {
					return err
				}
			}
			return a.writeScope(d.e, asJSON)
		},
	}
	cmd.Flags().BoolVar(&secrets, "secrets", false, "look whether secrets are where they should be")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// scopeCount is what check prints: how much of each kind is in scope.
type scopeCount struct {
	Version      int    `json:"version"`
	Name         string `json:"name"`
	Hosts        int    `json:"hosts"`
	Databases    int    `json:"databases"`
	Odoo         int    `json:"odoo"`
	Clusters     int    `json:"clusters"`
	Services     int    `json:"services"`
	Integrations int    `json:"integrations"`
	Moves        int    `json:"moves"`
}

func (a *app) writeScope(e *engagement.Engagement, asJSON bool) error {
	c := scopeCount{Version: 1, Name: e.Name, Hosts: len(e.Hosts), Databases: len(e.Databases), Odoo: len(e.Odoo), Clusters: len(e.Clusters),
		Services: len(e.Services), Integrations: len(e.Integrations), Moves: len(e.Target.Moves)}
	if asJSON {
		return writeJSON(a.stdout, c)
	}
	_, err := fmt.Fprintf(a.stdout, "%s is sound\nhosts %d, PostgreSQL servers %d, Odoo servers %d, Kubernetes clusters %d, services %d, declared integrations %d, moves %d\n",
		c.Name, c.Hosts, c.Databases, c.Odoo, c.Clusters, c.Services, c.Integrations, c.Moves)
	return err
}
