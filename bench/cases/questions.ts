import type { Bench } from "./bench-case.ts";
import type { WrittenChange } from "../world/pod-changer.ts";
import { until } from "../measure/until.ts";

/** The eight fields every list asks for. */
export const eightFields = "namespace name uid phase nodeName ip restarts startedAt";

/** All pods; `more` goes beside the eight fields. */
export function allPods(count: number, more = ""): string {
  return `{ pods(first: ${count}) { nodes { ${eightFields} ${more} } } }`;
}

let selections = 0;

/** The same under names that no request has used: a selection that fleetgraph has never seen. */
export function newSelection(count: number, more = ""): string {
  const mark = `s${++selections}`;
  const fields = eightFields.split(" ").map((field) => `${mark}${field}: ${field}`);
  return `{ pods(first: ${count}) { nodes { ${fields.join(" ")} ${more} } } }`;
}

export const podQuery = `query Pod($cluster: String!, $namespace: String!, $name: String!, $readAfter: String) {
  pod(cluster: $cluster, namespace: $namespace, name: $name, readAfter: $readAfter) { ${eightFields} resourceVersion }
}`;

/** Resolves once fleetgraph and plain Node show these changes. Each cluster's events come in order: the last one stands for all. */
export async function untilVisible(bench: Bench, changes: readonly WrittenChange[]): Promise<void> {
  const [fleetgraph, plain] = await Promise.all([bench.fleetgraph(), bench.plain()]);
  for (const { cluster, namespace, name, resourceVersion } of changes) {
    const shows = (shown: unknown): boolean => BigInt(String(shown)) >= BigInt(resourceVersion);
    await until(
      async () => shows((await fleetgraph.query(podQuery, { cluster, namespace, name })).pod.resourceVersion),
      5,
    );
    const path = `/pod?${new URLSearchParams({ cluster, namespace, name }).toString()}`;
    await until(async () => shows((JSON.parse((await plain.send(path)).body.toString()) as { resourceVersion: string }).resourceVersion), 5); // prettier-ignore
  }
}
