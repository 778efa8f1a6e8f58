package plan

import (
	"nightferry/internal/estate"
	"nightferry/plan/after"
)

// Follow gives the plan with what its nights entail: partners' readiness, what comes after the move, the end of the legacy, and
// the work. Dates are counted from the nights as they stand in the plan.
func (p Plan) Follow(in Input) Plan {
	facts := p.endings(in)
	readiness := after.Partners(facts)
	p.Partners, p.After, p.Retirement, p.Effort = &readiness, after.Items(facts), after.Retirements(facts), after.Efforts(facts)
	return p
}

// endings are the services that leave the legacy, each with its night.
func (p Plan) endings(in Input) after.Input {
	facts := after.Input{Inventory: in.Inventory, Assessment: in.Assessment, Hosts: map[string][]string{}}
	services := map[string]estate.Service{}
	for _, s := range in.Services {
		services[s.Name] = s
		facts.Hosts[s.Name] = assetsOf(s, in.Inventory)
	}
	for _, w := range p.Waves {
		for _, m := range w.Members {
			facts.Moves = append(facts.Moves, after.Move{Service: services[m.Service], Class: m.Class, Wave: w.Name, From: w.From, To: w.To})
		}
	}
	for _, stay := range p.Retained {
		if s := services[stay.Service]; s.Disposition == estate.Retire {
			facts.Moves = append(facts.Moves, after.Move{Service: s, Class: stay.Class})
		}
	}
	return facts
}
