// SPDX-License-Identifier: Apache-2.0

// Package certs makes certificates for servers in tests: real ones, and wrong ones.
//
// It is a kit: only test files and other kits import it, so nothing of it reaches a user.
//
// # Ordering and ownership
//
// Nothing here keeps state or starts a goroutine. A [Pair] signs itself, so whoever
// shall trust it takes [Pair.Pool] (TestAPairIsTrustedByItsPoolForItsNamesAndNoOthers). An [Authority] signs
// for others (TestAnAuthorityIsTrustedForWhatItIssues).
package certs
