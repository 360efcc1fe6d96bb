// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionAnswer is what version says as JSON.
type versionAnswer struct {
	answer
	Version  string `json:"version"`            // of the module; "(devel)" where it was built from its sources
	Revision string `json:"revision,omitempty"` // of the sources
	Time     string `json:"time,omitempty"`     // of the revision
	Modified bool   `json:"modified"`           // the sources were not those of the revision
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionCommand(s *session) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "version [-o text|json]",
		Short: "Say which version this is, and what it was built from.",
		Example: `  fuseboard version
  fuseboard version -o json
  fuseboard version -o json 2>/dev/null`,
		Args: takes(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			v := version()
			if format == "json" {
				return writeJSON(s.out, v)
			}
			return v.writeText(s.out)
		},
	}
	exits(c, exitError, exitUsage)
	formatFlag(c, &format, "text: for people; json: for machines", "text", "json")
	return c
}

// version is that of this build.
func version() versionAnswer {
	built, _ := debug.ReadBuildInfo() // nil without: then little is known
	return versionOf(built)
}

func versionOf(built *debug.BuildInfo) versionAnswer {
	v := versionAnswer{answer: answerOf("Version"), Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if built == nil {
		return v
	}
	if built.Main.Version != "" {
		v.Version = built.Main.Version
	}
	for _, setting := range built.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Revision = setting.Value
		case "vcs.time":
			v.Time = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

func (v versionAnswer) writeText(w io.Writer) error {
	_, err := fmt.Fprintf(w, "fuseboard %s %s %s\n", v.Version, v.Go, v.Platform)
	if err != nil || v.Revision == "" {
		return err
	}
	modified := ""
	if v.Modified {
		modified = ", modified"
	}
	_, err = fmt.Fprintf(w, "built from %s of %s%s\n", v.Revision, v.Time, modified)
	return err
}
