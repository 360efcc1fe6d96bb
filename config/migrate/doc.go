// SPDX-License-Identifier: Apache-2.0

// Package migrate turns files that say policies in other words into policy files: files of
// an older or no apiVersion, and the application.yml of resilience4j.
//
// Nothing is dropped and nothing is guessed in silence: what has no counterpart, and what differs from
// what it was, is told in notes, each with its place in the source.
//
//	out, notes, err := migrate.FromResilience4j(config.Source{Name: "application.yml", Data: data})
//
// # Ordering and ownership
//
// Nothing here keeps state or starts a goroutine; every function may be called from any
// goroutine, and its results are the caller's.
//
//   - What [Migrate] writes has no error in [config.Read], but for what its notes leave to do
//     (TestFilesWithoutAVersionAreMigrated). It changes nothing else, comments and white space
//     included (TestMigratingChangesNothingElse).
//   - What [FromResilience4j] writes has no error in [config.Read]
//     (TestFilesOfResilience4jBecomeFilesWithoutErrors), whatever stands in the source (FuzzFromResilience4j).
//   - No property of resilience4j is dropped in silence (TestNoPropertyIsDroppedInSilence).
//   - Notes are in the order of the source, each once (TestNotesAreInTheOrderOfTheSource).
package migrate
