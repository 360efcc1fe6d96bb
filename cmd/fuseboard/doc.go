// SPDX-License-Identifier: Apache-2.0

// Command fuseboard shows and serves Fuseboard from a terminal. `fuseboard help`
// lists what it can do.
//
// Exit codes: 0 when it did what was asked (an end by Ctrl-C included), 1 when
// that failed, 2 when the command line could not be read.
//
// # Ordering and ownership
//
// The command line is read before anything starts. What goes to standard output
// is the answer alone; progress of a command whose answer is for machines, and
// every complaint, go to standard error.
package main
