// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"runtime"
	"runtime/debug"
)

const modulePath = "github.com/fuseboard/fuseboard"

// buildLabels are the labels of the build_info: our version, Go's, and the revision of
// the program, each empty where nobody noted it.
func buildLabels() string {
	version, revision := "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version, revision = versionIn(info)
	}
	return "," + label("version", version) + "," + label("goversion", runtime.Version()) + "," + label("revision", revision)
}

func versionIn(info *debug.BuildInfo) (version, revision string) {
	if info.Main.Path == modulePath {
		version = info.Main.Version
	}
	for _, m := range info.Deps {
		if m.Path == modulePath {
			version = m.Version
		}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return version, revision
}
