// SPDX-License-Identifier: Apache-2.0

package report

import _ "embed"

// styleSheet is the only style of a report: fonts of the system, light and dark, paper.
//
//go:embed style.css
var styleSheet string
