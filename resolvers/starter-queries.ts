import type { StarterQuery } from "../src/server/server-options.ts";

/** What the playground opens with: each runs as it is on the embedded fleet. */
export const starterQueries: readonly StarterQuery[] = [
  {
    query: `# Every cluster and what is wrong in it. One dead cluster never blocks the others.
query Fleet {
  clusters {
    nodes {
      name
      role
      version
      health { state reason since }
      nodes { totalCount }
      pods { totalCount }
      broken: pods(where: { health: { state: { in: [DOWN, DEGRADED] } } }) { totalCount }
    }
    readStates { cluster { name } resource state reason ageSeconds }
  }
}
`,
  },
  {
    query: `# Which cluster has the broken pods? The worst first.
query BrokenPods($after: String) {
  pods(
    where: { health: { state: { in: [DOWN, DEGRADED] } } }
    orderBy: [{ field: RESTARTS, direction: DESC }]
    first: 50
    after: $after
  ) {
    totalCount
    complete
    nodes {
      cluster { name }
      namespace
      name
      reason
      message
      restarts
      node { name geo { city } }
      workload { kind name }
      events(first: 3) { nodes { type reason message lastSeenAt } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    query: `# Where the nodes are, and what room they have.
query NodesOnTheMap {
  nodes {
    groupBy(fields: [CONTINENT, COUNTRY_ISO]) {
      keys { name value }
      count
      allocatable { cpuMilli { sum } memoryBytes { sum } }
    }
    nodes {
      name
      cluster { name }
      geo { city countryIso latitude longitude }
    }
  }
}
`,
  },
  {
    query: `# First a snapshot, then every change. Keep the last cursor and send it as after to resume.
subscription WatchPods($after: String) {
  podsChanged(after: $after) {
    type
    reason
    cursor
    objects { id cluster { name } namespace name reason ready node { name } }
    readStates { cluster { name } state ageSeconds }
  }
}
`,
  },
  {
    query: `# Run this, then label a node in a terminal: kubectl label node NAME team=blue
subscription WatchNodeLabels {
  nodeLabelsChanged {
    node { name cluster { name } }
    added { key value }
    removed { key value }
    changed { key old new }
    reason
    manager
  }
}
`,
  },
  {
    query: `# Objects of any kind, custom resources included; give its apiVersion and kind as in a manifest.
query AnyKind($apiVersion: String!, $kind: String!) {
  resources(apiVersion: $apiVersion, kind: $kind, first: 20) {
    totalCount
    nodes {
      __typename
      cluster { name }
      namespace
      name
      createdAt
      labels { key value }
      manifest
    }
    readStates { cluster { name } state code }
  }
}
`,
    variables: `{ "apiVersion": "v1", "kind": "ConfigMap" }`,
  },
  {
    query: `# Scales a Deployment; with dryRun the API server only checks. Take an id from a query of deployments.
mutation Scale($object: ObjectRef!, $replicas: Int!, $dryRun: Boolean! = true) {
  scaleResource(input: { object: $object, replicas: $replicas, dryRun: $dryRun }) {
    visible
    readAfter
    warnings
    object { name ... on Workload { replicas readyReplicas health { state reason } } }
  }
}
`,
    variables: `{
  "object": { "cluster": "home", "apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "web" },
  "replicas": 3
}`,
  },
];
