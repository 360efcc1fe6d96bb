// SPDX-License-Identifier: Apache-2.0

package config

// APIVersion is what the apiVersion of a policy file says.
const APIVersion = "fuseboard/v1"

// Source is the text of one file.
type Source struct {
	// Name is how messages call it: its path, as the user gave it.
	Name string
	// Data is its content: YAML, of which JSON is a part; UTF-8.
	Data []byte
	// Within is the path of the value under which the words of a policy file stand, in a file that says other
	// things too: "policies", "faults[0].policies". apiVersion may be left out there; what stands beside is not judged, as long as it
	// is YAML. The paths of problems begin with it. Empty: the whole file.
	Within string
}

// Options are what lies beside the files.
type Options struct {
	// Env is an environment as os.Environ gives it. A variable
	// FUSEBOARD_SET__PAYMENTS__RETRY__ATTEMPTS sets retry.attempts of the dependency
	// payments: names in capitals, parted by two underscores, with one underscore for
	// each sign that a variable cannot have; DEFAULTS in place of a name is the defaults. A
	// dependency that entries with wildcards match may be named too. A name that two entries have so is refused: a flag can tell them apart.
	// Nil: none.
	Env []string
	// Flags are of the form "payments.retry.attempts=3", or
	// "defaults.retry.attempts=3"; a name with a point or a wildcard stands in quotes. The value is YAML.
	// Those of the defaults lie under those of names with wildcards, these under those of names; of one name, later ones
	// lie over earlier ones. A map is given as a whole: payments.breaker.weights={timeout: 2}.
	Flags []string
}
