# nightferry: what can be made. Every target finds Go, or installs it as root on Debian (tools/with-go).
GO      := tools/with-go go
RUN     := tools/with-go
FUZZTIME ?= 10s

# The tools' versions are pinned here alone; each is built once into .tools/bin.
GOLANGCI_LINT := .tools/bin/golangci-lint@v2.15.0
GOVULNCHECK   := .tools/bin/govulncheck@v1.9.0

PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.DEFAULT_GOAL := help
.PHONY: help build build-all test race bench fuzz lint golden lab lab-traefik lab-platform lab-down lab-status sample demo cover clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the static binary bin/nightferry
	@CGO_ENABLED=0 $(GO) build -trimpath -o bin/nightferry ./cmd/nightferry

build-all: $(PLATFORMS:%=bin/%) ## build for Linux, macOS and Windows, on amd64 and arm64

.PHONY: $(PLATFORMS:%=bin/%)
$(PLATFORMS:%=bin/%): bin/%:
	@echo "building for $*"
	@CGO_ENABLED=0 GOOS=$(*D) GOARCH=$(*F) $(GO) build -trimpath -o bin/nightferry-$(*D)-$(*F)$(if $(filter windows,$(*D)),.exe) ./cmd/nightferry

test: ## run all tests; raises the lab if this computer can hold one
	@$(RUN) tools/test

race: ## run all tests with the race detector
	@$(RUN) tools/test -race

bench: ## run the benchmarks
	@$(GO) test -run '^$$' -bench . -benchmem ./... ./testdata/lab/... ./testdata/labelled/...

fuzz: ## fuzz every parser, FUZZTIME each (default 10s)
	@$(RUN) tools/fuzz $(FUZZTIME)

lint: $(GOLANGCI_LINT) $(GOVULNCHECK) ## check format, vet, walls, style, known vulnerabilities
	@$(RUN) tools/lint $(GOLANGCI_LINT) $(GOVULNCHECK)

golden: ## rewrite the golden files with what the code makes now; read the diff
	@$(RUN) tools/golden

lab: ## raise the lab: a small hospital group on real servers
	@$(RUN) testdata/lab/lab up

lab-traefik: ## raise the lab with a real Traefik, which is built once (minutes; make test does it too)
	@LAB_TRAEFIK=1 $(RUN) testdata/lab/lab up

lab-platform: ## raise the lab with a real Kubernetes, which is built once (many minutes; .ci/run does it too)
	@LAB_PLATFORM=1 $(RUN) testdata/lab/lab up

lab-down: ## stop the lab and leave nothing behind
	@testdata/lab/lab down

lab-status: ## show the lab's machines
	@testdata/lab/lab status

sample: ## record the lab anew as what `init --sample` writes (the lab must be up, and untouched)
	@$(RUN) testdata/lab/record-sample.sh

demo: build ## show the whole product on the lab
	@$(RUN) testdata/demo.sh

cover: ## run all tests and show how much of the code they reach
	@$(RUN) tools/test -coverprofile=cover.out -coverpkg=./...
	@$(GO) tool cover -func=cover.out | tail -n 1

clean: ## remove what was built here (the lab's cache: testdata/lab/lab clean)
	@rm -rf bin .tools cover.out

# A file NAME@VERSION, so that another version here builds anew.
.tools/bin/golangci-lint@%: module := github.com/golangci/golangci-lint/v2/cmd/golangci-lint
.tools/bin/govulncheck@%: module := golang.org/x/vuln/cmd/govulncheck
.tools/bin/%:
	@echo "building $(notdir $@) (once)"
	@rm -f $(firstword $(subst @, ,$@))*
	@GOBIN=$(CURDIR)/.tools/bin $(GO) install $(module)@$(lastword $(subst @, ,$@))
	@mv $(firstword $(subst @, ,$@)) $@
