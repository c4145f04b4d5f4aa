import type { KubeObject } from "../kube/object.ts";
import type { KubeWriter, Patch, WriteOptions, Written } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import { toResourceName, toResourcePath } from "../kube/resource-id.ts";
import { readJson } from "./json-answer.ts";
import { isKubeObject } from "./kube-reader.ts";
import type { Answer, Call, Link } from "./link.ts";
import { isStatus } from "./status-error.ts";
import type { TransportLimits } from "./transport-limits.ts";
import { parseWarnings } from "./warning-header.ts";

export interface KubeWriterOptions {
  readonly cluster: string;
  readonly link: Link;
  readonly limits: TransportLimits;
  readonly writable: boolean;
}

const patchTypes: Readonly<Record<Patch["type"], string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  // JSON is YAML; the API server has no apply type for JSON before 1.34.
  apply: "application/apply-patch+yaml",
};

/** Writes over a link, each sent once, as the KubeWriter interface promises. */
export function createKubeWriter({ cluster, link, limits, writable }: KubeWriterOptions): KubeWriter {
  const send = async (call: Omit<Call, "kind">): Promise<{ readonly answer: Answer; readonly body: unknown }> => {
    const answer = await link.send({ ...call, kind: "write" });
    return { answer, body: await readJson(answer, limits.maxBodyBytes) };
  };
  const write = async (resource: ResourceId, call: Omit<Call, "kind">): Promise<Written> => {
    if (!writable && !isReview(resource)) throw readOnly(cluster);
    const { answer, body } = await send(call);
    if (!isKubeObject(isReview(resource) ? named(body) : body)) throw notAnObject(cluster, resource);
    return { object: body as KubeObject, created: answer.status === 201, warnings: warningsOf(answer) };
  };
  return {
    create: (resource, object, options) =>
      write(resource, {
        method: "POST",
        options,
        body: object,
        query: toParameters(options),
        // Only a subresource (binding) is made under the name of an object.
        path: toResourcePath(
          resource,
          scope(object.metadata.namespace, options.subresource && object.metadata.name, options),
        ),
      }),
    replace: (resource, object, options) =>
      write(resource, {
        method: "PUT",
        options,
        body: object,
        query: toParameters(options),
        path: toResourcePath(resource, scope(object.metadata.namespace, object.metadata.name, options)),
      }),
    patch(resource, object, patch, options) {
      const query = toParameters(options);
      if (patch.type === "apply" && patch.force) query.set("force", "true");
      return write(resource, {
        method: "PATCH",
        options,
        query,
        contentType: patchTypes[patch.type],
        path: toResourcePath(resource, scope(object.namespace, object.name, options)),
        body: patch.type === "json" ? patch.operations : patch.body,
      });
    },
    async delete(resource, object, { propagationPolicy, gracePeriodSeconds, uid, resourceVersion }, options) {
      if (!writable) throw readOnly(cluster);
      const preconditions = { uid, resourceVersion };
      const { answer, body } = await send({
        method: "DELETE",
        options,
        path: toResourcePath(resource, scope(object.namespace, object.name, options)),
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          propagationPolicy,
          gracePeriodSeconds,
          ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions }),
          ...(options.dryRun === true ? { dryRun: ["All"] } : {}),
        },
      });
      if (isStatus(body)) return { object: undefined, warnings: warningsOf(answer) };
      if (!isKubeObject(body)) throw notAnObject(cluster, resource);
      return { object: body, warnings: warningsOf(answer) };
    },
  };
}

/** Questions in the form of a create (SelfSubjectAccessReview, TokenReview): nothing is written, and the answer has no name. */
function isReview({ group }: ResourceId): boolean {
  return group === "authorization.k8s.io" || group === "authentication.k8s.io";
}

function named(body: unknown): unknown {
  return typeof body === "object" && body !== null ? { ...body, metadata: { name: "" } } : body;
}

function scope(namespace: string | undefined, name: string | undefined, { subresource }: WriteOptions) {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function toParameters({ fieldManager, dryRun }: WriteOptions): URLSearchParams {
  return new URLSearchParams({ fieldManager, ...(dryRun === true ? { dryRun: "All" } : {}) });
}

function warningsOf({ headers }: Answer): readonly string[] {
  return parseWarnings(headers["warning"]);
}

function readOnly(cluster: string): KubeError {
  return new KubeError({
    reason: "ReadOnly",
    message: `the cluster is read-only: set "write: true" for it in clusters.yaml, or start with --write`,
    cluster,
  });
}

/** It was done, and what it made is not known. */
function notAnObject(cluster: string, resource: ResourceId): KubeError {
  return new KubeError({
    reason: "MalformedResponse",
    message: `the answer for ${toResourceName(resource)} is not an object`,
    cluster,
    outcomeUnknown: true,
  });
}
