# SPDX-License-Identifier: Apache-2.0
#
# The words of daily work. Each is defined once, in .ci/run, so that CI and you
# run the same thing; this file names them.

WORDS := fmt build servers test race vet staticcheck lint arch tidy fuzz bench bench-smoke whole compare ratios weight notice demo gallery soak chaos verdict outages fleet

.DEFAULT_GOAL := help
.PHONY: help check fidelity $(WORDS)

help: ## print these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: ## all that CI runs, in its order
	@.ci/run
fmt: ## format every Go file, as lint wants it
build: ## compile every package
servers: ## install what the tests start (nginx, prometheus), where apt and root allow it
test: ## the ordinary tests: go test ./... in every module
whole: ## test, gallery and bench-smoke at once, as CI runs them: what they share is built once
race: ## the tests under the race detector, in random order
vet: ## what lint, which has all of vet, does not see: assembly, and what is built with the tag purego
staticcheck: ## staticcheck alone, pinned in .ci/run; lint has all its checks
lint: ## golangci-lint, pinned in .ci/run, with the linters of .golangci.yml
arch: ## the rules of the house: rooms, words, docs, weight
tidy: ## fail when go.mod or go.sum is not tidy (changes nothing)
fuzz: ## every fuzz target for FUZZTIME (20000x, that is, runs)
bench: ## every benchmark, five times; compare two runs with benchstat
bench-smoke: ## every benchmark for 100 rounds, long ones for one, and the exact-allocation tests
ratios: ## the bounds on what Fuseboard costs beside its peers, pair by pair (ten seconds, longer on a busy machine)
fidelity: ## simulations beside real runs of six scenarios, as a table (seven minutes of a quiet machine; CI runs two of them)
	@.ci/run fidelity-all
compare: ## Fuseboard beside its peers, as tables in Markdown (some minutes)
weight: ## modules, licences and bytes that a user of actors carries
notice: ## write NOTICE from what is compiled
demo: ## fuseboard demo for DEMO_FOR (5s)
gallery: ## every scenario of the gallery over three seeds, and the lines that it must notice when they are wrong
soak: ## property and storm tests for long: SOAK_CHECKS (5000), SOAK_COUNT (5)
chaos: ## five real nodes, killed and stopped under load behind relays that lose packets (a minute)
verdict: ## the rule by itself over the seeds that its figures are of; plain tests play few (a minute)
outages: ## outages of 3 to 50 real nodes in virtual time, with a liar, a split and restarts too: 847 runs (three minutes)
fleet: ## the figures of docs/fleet-figures.md, all sizes and seeds (an hour)

$(WORDS):
	@.ci/run $@
