// SPDX-License-Identifier: Apache-2.0

// Package shedding says whose work is shed at which pressure of the host.
//
// # Ordering and ownership
//
// Critical work is never shed (TestCriticalWorkIsNeverShed).
package shedding
