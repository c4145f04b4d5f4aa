import { toMetaTime } from "../api-context.ts";
import type { ApiContext } from "../api-context.ts";
import { apiAudience } from "../auth/service-account-tokens.ts";
import type { BoundObject } from "../auth/service-account-tokens.ts";
import { isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { badRequest, conflict, invalid } from "../status-error.ts";
import type { StatusCause } from "../status-error.ts";
import type { ObjectTarget } from "./target.ts";
import { readStored } from "./target.ts";

const group = "authentication.k8s.io";
/** Seconds, unless the request says otherwise; the least, and the most, that it may say. */
const defaultSeconds = 3600;
const leastSeconds = 600;
const mostSeconds = 2 ** 32;

/**
 * serviceaccounts/token: a new token of the ServiceAccount, which dies with it and with what it is bound to. Throws 400, 404, 409 for another uid
 * than that of what it is to be bound to, and 422.
 */
export function requestToken(context: ApiContext, target: ObjectTarget, body: unknown): JsonObject {
  if (!isJsonObject(body)) throw badRequest("the object provided is unrecognized (must be of type TokenRequest)");
  const { apiVersion = `${group}/v1`, kind = "TokenRequest" } = body;
  if (kind !== "TokenRequest" || apiVersion !== `${group}/v1`) {
    const why = `${String(kind)} in version ${JSON.stringify(apiVersion)} cannot be handled as a TokenRequest`;
    throw badRequest(why);
  }
  const account = readStored(context, target);
  const spec = objectAt(body, "spec");
  const seconds = spec["expirationSeconds"] ?? defaultSeconds;
  const misplaced = placeCauses(body, target);
  if (misplaced.length > 0) throw invalid({ group, kind: "TokenRequest" }, target.name, misplaced);
  const cause = secondsCause(seconds);
  if (cause !== undefined) throw invalid({ group, kind: "TokenRequest" }, "", [cause]);
  const asked = itemsAt(spec, "audiences").filter((audience) => typeof audience === "string");
  const audiences = asked.length === 0 ? [apiAudience] : asked;
  const boundTo = toBoundObject(context, target, spec["boundObjectRef"]);
  const { token, expiresAtMs } = context.auth.accountTokens.issue({
    namespace: target.namespace,
    name: target.name,
    uid: account.metadata.uid ?? "",
    audiences,
    expirationSeconds: Number(seconds),
    ...(boundTo === undefined ? {} : { boundTo }),
  });
  const { name, namespace } = account.metadata;
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace, creationTimestamp: toMetaTime(context.clock.now()) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec["boundObjectRef"] ?? null },
    status: { token, expirationTimestamp: toMetaTime(expiresAtMs) },
  };
}

/** What the request says of its own name and namespace, it must say as its address does. */
function placeCauses(body: JsonObject, { name, namespace }: ObjectTarget): readonly StatusCause[] {
  const expected = { name, namespace };
  return (["name", "namespace"] as const).flatMap((field) => {
    const said = valueAt(body, "metadata", field) ?? "";
    if (said === "" || said === expected[field]) return [];
    const message = `Invalid value: ${JSON.stringify(said)}: must match the service account ${field} if specified`;
    return [{ reason: "FieldValueInvalid", message, field: `metadata.${field}` }];
  });
}

function secondsCause(seconds: unknown): StatusCause | undefined {
  const refuse = (why: string): StatusCause => ({
    reason: "FieldValueInvalid",
    message: `Invalid value: ${JSON.stringify(seconds)}: may not specify a duration ${why}`,
    field: "spec.expirationSeconds",
  });
  if (typeof seconds !== "number" || seconds < leastSeconds) return refuse("less than 10 minutes");
  return seconds > mostSeconds ? refuse("larger than 2^32 seconds") : undefined;
}

function toBoundObject(context: ApiContext, target: ObjectTarget, reference: unknown): BoundObject | undefined {
  if (!isJsonObject(reference)) return undefined;
  const { kind, name, uid } = reference;
  if (kind !== "Pod" && kind !== "Secret") {
    const [version = "", of = ""] = String(reference["apiVersion"] ?? "")
      .split("/")
      .reverse();
    throw badRequest(`cannot bind token to object of type ${of}/${version}, Kind=${String(kind)}`);
  }
  const served = context.registry.findKind("", "v1", kind)!;
  const bound = { served, namespace: target.namespace, name: String(name) };
  const { metadata } = readStored(context, bound);
  if (typeof uid === "string" && uid !== "" && uid !== metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: "", plural: kind }, bound.name, why);
  }
  if (
    kind === "Pod" &&
    (valueAt(readStored(context, bound), "spec", "serviceAccountName") ?? "default") !== target.name
  ) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(target.name)} to pod running with different serviceaccount name.`,
    );
  }
  return { kind, name: bound.name, uid: metadata.uid ?? "" };
}
