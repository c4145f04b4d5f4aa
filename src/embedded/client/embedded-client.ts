import type { CallOptions, KubeClient, KubeList, WatchEvent, WriteOptions, Written } from "../../kube/client.ts";
import { KubeError } from "../../kube/kube-error.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { BelievedRealm } from "../../kube/identity.ts";
import type { AccessAttributes } from "../../kube/rbac/rule-allows.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import type { ApiContext } from "../api-context.ts";
import type { UserInfo } from "../auth/user-info.ts";
import { cloneJson } from "../json-value.ts";
import { recordedApi } from "../recorded/recorded-api.ts";
import { toServed } from "../registry/resource-definition.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import { StatusError, unknownResource } from "../status-error.ts";
import { bindPod } from "../verbs/bind-pod.ts";
import { createObject } from "../verbs/create-object.ts";
import { deleteObject } from "../verbs/delete-object.ts";
import { parseListParams } from "../verbs/list-params.ts";
import { listObjects } from "../verbs/list-objects.ts";
import { patchObject } from "../verbs/patch-object.ts";
import { readPodLog } from "../verbs/read-pod-log.ts";
import { patchScale, updateScale } from "../verbs/scale.ts";
import type { ObjectTarget } from "../verbs/target.ts";
import { readStored } from "../verbs/target.ts";
import { updateObject } from "../verbs/update-object.ts";
import { watchObjects } from "../verbs/watch-objects.ts";
import type { VerbOptions, VerbResult } from "../verbs/write-options.ts";
import { createUserReader, toAttributes, toCreation, toSelected } from "./call-rights.ts";
import { toKubeError } from "./to-kube-error.ts";

/**
 * KubeClient straight over the verbs: what it answers is what the store holds, without a copy. Calls as a user are theirs: believed or refused as over
 * HTTP, and authorized by RBAC; all others are the administrator's.
 */
export function createEmbeddedClient(context: ApiContext, believes: readonly BelievedRealm[] = []): KubeClient {
  const userOf = createUserReader(context.name, believes);
  const find = (resource: ResourceId): ServedResource => {
    const served = context.registry.find(resource.group, resource.version, resource.plural);
    if (served === undefined) throw unknownResource();
    return served;
  };
  const call = <T>({ signal, as }: CallOptions, wanted: AccessAttributes, work: (user: UserInfo) => T): Promise<T> =>
    new Promise((resolve) => {
      if (signal.aborted) throw new KubeError({ reason: "Aborted", message: "aborted", cluster: context.name });
      const user = userOf(as);
      resolve(
        translated(context.name, () => {
          context.auth.require(user, wanted);
          return work(user);
        }),
      );
    });
  const toTarget = (
    resource: ResourceId,
    { namespace = "", name }: { namespace?: string; name: string },
  ): ObjectTarget => ({
    served: find(resource),
    namespace,
    name,
  });

  return {
    get: (resource, object, options) =>
      call(options, toAttributes("get", resource, object), () => {
        const target = toTarget(resource, object);
        return toServed(target.served, readStored(context, target));
      }),
    list: (resource, query, options) =>
      call(options, toAttributes("list", resource, toSelected(query)), (): KubeList => {
        const { namespace = "", limit, inPieces: _all, ...rest } = query;
        const params = parseListParams({ ...rest, limit: limit?.toString() }, false);
        const result = listObjects(context, { served: find(resource), namespace }, params);
        return { items: result.items, resourceVersion: result.resourceVersion, continue: result.continueToken };
      }),
    watch: (resource, query, options) =>
      watchEvents(context, query, options, () => {
        context.auth.require(userOf(options.as), toAttributes("watch", resource, toSelected(query)));
        return find(resource);
      }),
    log: async (pod, query, options) => {
      const response = await call(options, toAttributes("get", podResource, pod, "log"), () => {
        const search = new URLSearchParams();
        for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
        return readPodLog(context, toTarget(podResource, pod), search, options.signal);
      });
      return new Uint8Array(await response.arrayBuffer());
    },
    discover: (options) => call(options, { verb: "get", path: "/apis" }, () => discover(context)),
    version: (options) =>
      call(options, { verb: "get", path: "/version" }, () => recordedApi.version["gitVersion"] ?? ""),
    // Its tokens name no key.
    signingKeyIds: (options) => call(options, { verb: "get", path: "/openid/v1/jwks" }, () => []),
    create: (resource, object, options) =>
      call(options, toCreation(resource, object, options), (user) => {
        if (options.subresource === "binding")
          return bind(context, toTarget(resource, object.metadata), object, toVerbOptions(options, user));
        const served = find(resource);
        const namespace = served.definition.namespaced ? (object.metadata.namespace ?? "") : "";
        return toWritten(
          served,
          createObject(context, { served, namespace }, cloneJson(object), toVerbOptions(options, user)),
        );
      }),
    replace: (resource, object, options) =>
      call(options, toAttributes("update", resource, object.metadata, options.subresource), (user) => {
        const target = toTarget(resource, object.metadata);
        const body = cloneJson(object);
        if (options.subresource === "scale")
          return scaleWritten(updateScale(context, target, body, toVerbOptions(options, user)));
        return toWritten(target.served, updateObject(context, target, body, toVerbOptions(options, user)));
      }),
    patch: (resource, object, patch, options) =>
      call(options, toAttributes("patch", resource, object, options.subresource), (user) => {
        const target = toTarget(resource, object);
        const body = {
          type: patch.type,
          body: cloneJson<unknown>(patch.type === "json" ? patch.operations : patch.body),
          force: patch.type === "apply" && patch.force,
        };
        if (options.subresource === "scale")
          return scaleWritten(patchScale(context, target, body, toVerbOptions(options, user)));
        return toWritten(target.served, patchObject(context, target, body, toVerbOptions(options, user)));
      }),
    delete: (resource, object, query, options) =>
      call(options, toAttributes("delete", resource, object), () => {
        const target = toTarget(resource, object);
        const { propagationPolicy, gracePeriodSeconds, uid, resourceVersion } = query;
        const dryRun = options.dryRun === true;
        const result = deleteObject(context, target, {
          propagationPolicy,
          gracePeriodSeconds,
          uid,
          resourceVersion,
          dryRun,
        });
        return { object: result.gone ? undefined : toServed(target.served, result.object), warnings: [] };
      }),
  };
}

const podResource: ResourceId = { group: "", version: "v1", plural: "pods", kind: "Pod", namespaced: true };

function toVerbOptions({ fieldManager, dryRun = false, subresource }: WriteOptions, user: UserInfo): VerbOptions {
  const of = subresource === undefined || subresource === "binding" ? "" : subresource;
  return { user, fieldManager, dryRun, fieldValidation: "Warn", subresource: of };
}

function bind(context: ApiContext, target: ObjectTarget, binding: KubeObject, options: VerbOptions): Written {
  bindPod(context, target, binding, options);
  return { object: binding, created: true, warnings: [] };
}

function toWritten(served: ServedResource, { object, created, warnings }: VerbResult<KubeObject>): Written {
  return { object: toServed(served, object), created, warnings };
}

function scaleWritten(scale: Record<string, unknown>): Written {
  return { object: scale as unknown as KubeObject, created: false, warnings: [] };
}

function translated<T>(cluster: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof StatusError ? toKubeError(cluster, error) : error;
  }
}

async function* watchEvents(
  context: ApiContext,
  { namespace = "", timeoutSeconds, inPieces: _all, ...query }: Parameters<KubeClient["watch"]>[1],
  { signal }: CallOptions,
  find: () => ServedResource,
): AsyncGenerator<WatchEvent> {
  const aborted = (): KubeError => new KubeError({ reason: "Aborted", message: "aborted", cluster: context.name });
  if (signal.aborted) throw aborted();
  const params = { ...query, timeoutSeconds: timeoutSeconds?.toString(), allowWatchBookmarks: "true" };
  const frames = translated(context.name, () =>
    watchObjects(context, { served: find(), namespace }, parseListParams(params, true), signal),
  );
  for await (const frame of frames) {
    if (frame.type === "BOOKMARK") yield { type: "BOOKMARK", resourceVersion: frame.object.metadata.resourceVersion };
    else if (frame.type === "ERROR") {
      yield { type: "ERROR", error: toKubeError(context.name, new StatusError({ code: Number(frame.object["code"]), reason: String(frame.object["reason"]), message: String(frame.object["message"]) })) }; // prettier-ignore
    } else yield frame;
  }
  if (signal.aborted) throw aborted();
}

function discover({ registry }: ApiContext): ReturnType<KubeClient["discover"]> extends Promise<infer T> ? T : never {
  return registry.list().map(({ group, versions, plural, kind, namespaced, shortNames, verbs, subresources }) => ({
    group,
    version: versions[0]!.name,
    plural,
    kind,
    namespaced,
    shortNames,
    verbs,
    subresources,
  }));
}
