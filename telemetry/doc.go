// SPDX-License-Identifier: Apache-2.0

// Package telemetry shows what a System of actors does: metrics on a page that
// Prometheus and VictoriaMetrics read, logs in zerolog or slog, and with them alert
// rules ([Rules]) and a Grafana dashboard ([Dashboard]).
//
//	log := telemetry.NewLog(zerolog.New(os.Stderr), telemetry.LogOptions{})
//	sys, err := actors.Start(log.Wire(actors.Options{}))
//	tel, err := telemetry.New(sys, telemetry.Options{Service: "shop"})
//	http.Handle("/metrics", tel.Handler())
//
// docs/metrics.md lists every metric with the question that it answers.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Nothing is registered for a dependency or a key: a scrape reads the numbers that the
// guards keep anyway (TestScrapeOfManyDependenciesLeavesNothingBehind), and a call costs
// the same with telemetry and without (TestTelemetryAllocatesNothingOnTheWayOfACall_Alloc).
// The page is what the format asks for: every family once, with its help and type, its
// lines together, no series twice (TestPageIsStrictlyWellFormed). All series are there
// before the first call (TestAllSeriesAreThereBeforeTheFirstCall). Counters never fall
// (TestCountersNeverFall). Only a bounded number of keys has series, whatever keys come
// (TestKeysAreSummedAndTheBusiestShown), and their labels are safe whatever bytes they
// have (TestHostileNamesCannotBreakThePage); so it is with tenants
// (TestTenantsAreShownTheHottestAndSafely).
//
// A System belongs to who started it; a Telemetry may be made and dropped at any time,
// there may be several, and it serves a System that has shut down
// (TestTelemetryOutlivesItsSystem).
//
// What policy files do is asked for once for each scrape
// (TestPoliciesAreAskedOnceForEachScrape). All of it is there before the first edit
// (TestAllSeriesAreThereBeforeTheFirstCall), nothing where there are no such files
// (TestPageTellsNothingOfPolicyFilesWhereThereAreNone), and a panic there leaves out that alone
// (TestPoliciesThatPanicDoNotBreakThePage).
//
// The lines of one dependency's transitions come in their order, one for each, with
// cause and numbers (TestEachTransitionHasOneLineWithItsNumbers). Those of calls carry the
// ids of their context (TestLineOfACallCarriesTheIdsOfItsContext) and are sampled
// (TestCallsAreSampled), by default with a bound for each second
// (TestLinesOfCallsAreBoundedASecond).
package telemetry
