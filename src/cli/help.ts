import type { HelpTopic } from "./parse-command.ts";

const topics: Readonly<Record<HelpTopic, string>> = {
  "": `fleetgraph: one GraphQL endpoint over a fleet of Kubernetes clusters

Usage: fleetgraph COMMAND

Commands:
  serve            serve the fleet
  config validate  check a clusters.yaml and say everything that is wrong with it
  version          print the version

fleetgraph COMMAND --help tells more.
`,
  serve: `Serves the fleet.

Usage: fleetgraph serve [--config FILE | [--kubeconfig FILE] [--context NAME]... [--write]]
                        [--host HOST] [--port PORT] [--faults]

Which clusters, the first that applies:
  --config FILE      the clusters of this file, which is watched and applied without a restart
  --kubeconfig FILE  the contexts of this kubeconfig; without --context the current one
  --context NAME     a context; may be repeated, each is a cluster and the first is home;
                     without --kubeconfig from the files kubectl reads
  (none)             ./clusters.yaml where it is there, else three embedded clusters

Flags:
  --write            let fleetgraph write to the clusters of --kubeconfig and --context
  --host HOST        address to listen on (default 127.0.0.1); any but loopback needs auth.mode token
  --port PORT        port to listen on; 0 takes a free one (default 4000)
  --faults           let the embedded clusters have a bad day
  -h, --help         this

Environment (flags win):
  FLEETGRAPH_CONFIG, FLEETGRAPH_LISTEN_HOST, FLEETGRAPH_LISTEN_PORT,
  FLEETGRAPH_CACHE_DIR, FLEETGRAPH_LOG_LEVEL, FLEETGRAPH_GEO_DATABASE, KUBECONFIG
`,
  config: `Works on the configuration.

Usage: fleetgraph config validate [FILE]
`,
  "config validate": `Checks a configuration, the files and contexts it names included, and prints every mistake
with line, column, path, what was expected and what was probably meant.

Usage: fleetgraph config validate [FILE]

FILE defaults to ./clusters.yaml. Exit code 0: valid; 1: mistakes; 2: wrong command line.
`,
  version: `Prints the version.

Usage: fleetgraph version
`,
};

/** What --help prints. */
export function helpOf(topic: HelpTopic): string {
  return topics[topic];
}
