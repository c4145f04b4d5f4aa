import { expect } from "vitest";
import type { KubeObject } from "../../../src/kube/object.ts";
import { toObjectId } from "../../../src/kube/object-key.ts";
import { toApiVersion, toResourceName } from "../../../src/kube/resource-id.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import type { AnyRow } from "../../../src/kube/rows/row.ts";
import type { Loaders } from "../../../src/loaders/request-context.ts";
import { checkRelations } from "./check-relations.ts";
import { resourceOfKind, shopKinds } from "./shop-objects.ts";
import type { Truth } from "./truth.ts";

export interface RightsCheck {
  readonly cluster: string;
  readonly loaders: Loaders;
  readonly truth: Truth;
  /** Whether RBAC gives the caller anything there at all. */
  readonly isThere: boolean;
  /** Objects that are asked for one by one, and their relations: of the namespaces the caller may have rights of their own in. */
  readonly objects: readonly KubeObject[];
}

/** Compares every path of reading with what RBAC says; throws where there is more or less, or where the answer tells what it must not. */
export async function checkRights(check: RightsCheck): Promise<void> {
  checkCluster(check);
  for (const kind of shopKinds) await checkList(kind, check);
  await checkObjects(check);
  await checkRelations(check);
}

function checkCluster({ loaders, cluster, isThere }: RightsCheck): void {
  expect(loaders.cluster(cluster) !== null, "the cluster").toBe(isThere);
  const named = loaders.clusters({});
  expect(named.nodes().map(({ name }) => name).includes(cluster), "the cluster among clusters").toBe(isThere); // prettier-ignore
  expect(named.totalCount(), "count of clusters").toBe(named.nodes().length);
}

async function checkList(kind: ResourceId, check: RightsCheck): Promise<void> {
  const { loaders, cluster, truth, isThere } = check;
  const name = toResourceName(kind);
  const expected = await truth.listed(kind);
  const of = { apiVersion: toApiVersion(kind), kind: kind.kind, first: 50_000 };
  const connection = await loaders.resources({ ...of, ...(isThere ? { clusters: [cluster] } : {}) });
  expect(keysOf(connection.nodes()), `list of ${name}`).toEqual(keysOfObjects(expected ?? []));
  expect(connection.edges().length, `edges of ${name}`).toBe(expected?.length ?? 0);
  expect(connection.totalCount(), `totalCount of ${name}`).toBe(expected?.length ?? 0);
  expect(connection.pageInfo().hasNextPage, `pageInfo of ${name}`).toBe(false);
  const groups = connection.groupBy({ fields: ["NAMESPACE"], labels: ["app"] });
  const perNamespace = new Map<string, number>();
  for (const { keys, count } of groups) {
    const [key] = keys;
    perNamespace.set(key?.value ?? "", (perNamespace.get(key?.value ?? "") ?? 0) + count);
  }
  expect(perNamespace, `groupBy of ${name}`).toEqual(countByNamespace(expected ?? []));
  if (!isThere) return expect(connection.readStates()).toEqual([]);
  const [state] = connection.readStates();
  expect(state?.state === "FORBIDDEN", `state of ${name}: ${state?.state} ${state?.reason}`).toBe(
    expected === undefined,
  );
  if (expected === undefined) {
    expect(state).toMatchObject({ observedAt: null, observedAtMs: null, skipped: 0, code: "FORBIDDEN" });
    expect(connection.complete(), `complete of ${name}`).toBe(false);
    return;
  }
  const own = check.objects
    .filter((object) => object.kind === kind.kind)
    .map(({ metadata }) => metadata.namespace ?? "");
  for (const namespace of new Set(kind.namespaced ? own : [])) {
    const there = await loaders.resources({
      ...of,
      clusters: [cluster],
      namespaces: [namespace],
      labelSelector: "app",
    });
    const labelled = expected.filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.["app"] !== undefined); // prettier-ignore
    expect(keysOf(there.nodes()), `${name} of ${namespace} by label`).toEqual(keysOfObjects(labelled));
    const isOpen = await truth.lists(kind, namespace);
    expect(there.readStates()[0]?.state === "FORBIDDEN", `state of ${name} in ${namespace}`).toBe(!isOpen);
  }
}

/** Getters, node(id:) and objects(ids:): of what is there and of what is not, alike. */
async function checkObjects({ loaders, cluster, truth, objects }: RightsCheck): Promise<void> {
  const missing = objects
    .filter(({ metadata }) => metadata.name === "web")
    .map((object) => ({ ...object, metadata: { ...object.metadata, name: "missing" } }));
  const asked = [...objects, ...missing];
  const ids = asked.map(({ kind, metadata: { namespace = "", name } }) =>
    toObjectId({ cluster, group: resourceOfKind(kind).group, kind, namespace, name }),
  );
  const found = await loaders.byIds(ids, {});
  for (const [at, object] of asked.entries()) {
    const { apiVersion, kind } = object;
    const { namespace = "", name } = object.metadata;
    const isSeen = await truth.shows(resourceOfKind(kind), namespace, name);
    const what = `${kind} ${namespace}/${name}`;
    const key = { apiVersion, kind, cluster, name, ...(namespace === "" ? {} : { namespace }) };
    expect(nameOf(await loaders.object(key, {})), `getter of ${what}`).toBe(isSeen ? name : null);
    expect(nameOf(await loaders.byId(ids[at]!)), `node(id:) of ${what}`).toBe(isSeen ? name : null);
    expect(nameOf(found[at]), `objects(ids:) of ${what}`).toBe(isSeen ? name : null);
  }
}

function nameOf(found: unknown): string | null {
  if (found === null || found === undefined) return null;
  if (found instanceof Error) throw found;
  return (found as AnyRow).name;
}

function countByNamespace(objects: readonly KubeObject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { metadata: { namespace = "" } } of objects) counts.set(namespace, (counts.get(namespace) ?? 0) + 1); // prettier-ignore
  return counts;
}

function keysOf(rows: readonly AnyRow[]): readonly string[] {
  return rows.map(({ namespace, name }) => `${namespace ?? ""}/${name}`).sort();
}

function keysOfObjects(objects: readonly KubeObject[]): readonly string[] {
  return objects.map(({ metadata: { namespace = "", name } }) => `${namespace}/${name}`).sort();
}
