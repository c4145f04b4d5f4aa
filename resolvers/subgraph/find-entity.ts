import { ApiError } from "../../src/kube/api-error.ts";
import type { AnyRow } from "../../src/kube/rows/row.ts";
import type { ClusterValue, Loaders, MaybePromise, NaturalKey } from "../../src/loaders/request-context.ts";
import { entities } from "./entities.ts";
import type { Entity } from "./entities.ts";

/** What `_entities` gives for one representation: graphql-js reports an Error at its index. */
export type Found = AnyRow | ClusterValue | Error | null;

type Representation = Readonly<Record<string, unknown>>;

/**
 * The entity that a representation of another subgraph stands for, by its id, else by its natural key, in the snapshot of the operation. null where
 * there is none, it is of another type, or the caller may not get it: which of them is not told. An Error where the representation names nothing.
 */
export async function findEntity(representation: unknown, typePrefix: string, loaders: Loaders): Promise<Found> {
  try {
    const { typeName, entity, fields } = readRepresentation(representation, typePrefix);
    const found = await find(fields, typeName, entity, loaders);
    return found?.__typename === typeName ? found : null;
  } catch (error) {
    // A cluster without the kind has no such object.
    if (error instanceof ApiError && error.code === "CRD_NOT_INSTALLED") return null;
    return error as Error;
  }
}

function readRepresentation(representation: unknown, typePrefix: string) {
  if (!isMapping(representation)) throw refuse("must be an object with __typename and a key");
  const { __typename: name, ...fields } = representation;
  if (typeof name !== "string") throw refuse("must have __typename");
  const typeName = name.startsWith(typePrefix) ? name.slice(typePrefix.length) : "";
  const entity = Object.hasOwn(entities, typeName) ? entities[typeName] : undefined;
  if (entity === undefined) throw refuse(`names no entity of this subgraph: ${JSON.stringify(name.slice(0, 100))}`);
  return { typeName, entity, fields };
}

function find(
  { id, ...fields }: Representation,
  typeName: string,
  entity: Entity,
  loaders: Loaders,
): MaybePromise<AnyRow | ClusterValue | null> {
  if (typeof id === "string") return loaders.byId(id);
  if (typeName === "Cluster") return loaders.cluster(readText(fields, "name", entity));
  return loaders.object(readNaturalKey(fields, entity), {});
}

function readNaturalKey(fields: Representation, entity: Entity): NaturalKey {
  const cluster = isMapping(fields["cluster"]) ? fields["cluster"] : {};
  const { apiVersion, kind } = entity.kind ?? {
    apiVersion: readText(fields, "apiVersion", entity),
    kind: readText(fields, "kind", entity),
  };
  const { namespace } = fields;
  // Of a cluster-scoped object of any kind it is null.
  const isNamespaced = entity.keys.some((key) => key.includes("namespace")) && namespace !== null;
  return {
    apiVersion,
    kind,
    cluster: readText(cluster, "name", entity),
    namespace: isNamespaced ? readText(fields, "namespace", entity) : null,
    name: readText(fields, "name", entity),
  };
}

function readText(fields: Representation, field: string, { keys }: Entity): string {
  const value = fields[field];
  if (typeof value === "string") return value;
  throw refuse(`must have one of the keys ${keys.map((key) => JSON.stringify(key)).join(", ")}`);
}

function refuse(what: string): ApiError {
  return new ApiError("BAD_USER_INPUT", `A representation ${what}.`);
}

function isMapping(value: unknown): value is Representation {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
