import type { Deleted, Written } from "../kube/client.ts";
import { isKubeError } from "../kube/kube-error.ts";
import type { KubeObject } from "../kube/object.ts";
import { prepareObject } from "../kube/prepare-object.ts";
import { toRecord, toTexts } from "../kube/read-json.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { toRow } from "../kube/rows/to-row.ts";
import { toObjectName } from "../domain/writes/write-target.ts";
import type { LoaderOptions } from "./operation.ts";
import { awaitSeen, encodeReadAfter } from "./read-after.ts";
import type { WriteMark } from "./read-after.ts";
import type { WritePayload } from "./request-context.ts";
import type { WriteSubject } from "./write-subject.ts";

/** The payload of a write that answered with the object. */
export async function answerWrite(
  subject: WriteSubject,
  { object, warnings }: Pick<Written, "object" | "warnings">,
  dryRun: boolean,
  options: LoaderOptions,
): Promise<WritePayload> {
  if (dryRun) return { object: toLiveRow(subject, object, options), visible: false, readAfter: null, warnings };
  const { uid = "", resourceVersion = "" } = object.metadata;
  const mark = toMark(subject, uid, resourceVersion);
  const visible = await awaitVisible(mark, options);
  const held = visible ? heldRow(mark, options) : undefined;
  return {
    // What the store shows may be newer than what was written; it is never older.
    object: held ?? toLiveRow(subject, object, options),
    visible,
    readAfter: encodeReadAfter(mark),
    warnings,
  };
}

/** The payload of a deletion. The object's uid must be known before: afterwards a gone object tells nothing. */
export async function answerDeletion(
  subject: WriteSubject,
  act: () => Promise<Deleted>,
  dryRun: boolean,
  options: LoaderOptions,
): Promise<WritePayload> {
  const uid = dryRun ? "" : await findUid(subject, options);
  const { object, warnings } = await act();
  if (dryRun)
    return {
      object: object === undefined ? null : toLiveRow(subject, object, options),
      visible: false,
      readAfter: null,
      warnings,
    };
  if (object !== undefined && isTerminating(object)) return answerWrite(subject, { object, warnings }, false, options);
  const mark = toMark(subject, object?.metadata.uid ?? uid, "gone");
  return { object: null, visible: await awaitVisible(mark, options), readAfter: encodeReadAfter(mark), warnings };
}

/** The payload of a scale, whose answer is a Scale and not the object. */
export async function answerScale(
  subject: WriteSubject,
  { object: scale, warnings }: Written,
  { replicas, dryRun }: { readonly replicas: number; readonly dryRun: boolean },
  options: LoaderOptions,
): Promise<WritePayload> {
  if (dryRun) {
    const object = await readObject(subject, options);
    const scaled = object === undefined ? undefined : { ...object, spec: { ...toRecord(object["spec"]), replicas } };
    return {
      object: scaled === undefined ? null : toLiveRow(subject, scaled, options),
      visible: false,
      readAfter: null,
      warnings,
    };
  }
  const { uid = "", resourceVersion = "" } = scale.metadata;
  const mark = toMark(subject, uid, resourceVersion);
  const visible = await awaitVisible(mark, options);
  const held = visible ? heldRow(mark, options) : undefined;
  if (held !== undefined) return { object: held, visible, readAfter: encodeReadAfter(mark), warnings };
  // It is written: that it cannot be read now must not look like a failure to write.
  const object = await readObject(subject, options).catch(() => undefined);
  return {
    object: object === undefined ? null : toLiveRow(subject, object, options),
    visible,
    readAfter: encodeReadAfter(mark),
    warnings,
  };
}

function toMark({ target }: WriteSubject, uid: string, resourceVersion: string): WriteMark {
  const { cluster, resource, namespace, name } = target;
  return { cluster, resource, namespace, name, uid, resourceVersion };
}

/** Whether the caller's reads show the write: never where they may not read it, which is not waited for either. */
async function awaitVisible(mark: WriteMark, options: LoaderOptions): Promise<boolean> {
  const { cache, signal, limits, clock } = options;
  await options.access.settle(mark.cluster, mark.resource, options);
  if (!mayGet(mark, options)) return false;
  const startMs = clock.monotonic();
  // A kind nobody asked for yet is listed now: then reads show the write.
  await cache.ensure(mark.cluster, mark.resource, { signal, waitMs: limits.visibleMs });
  return awaitSeen(mark, options, Math.max(0, limits.visibleMs - (clock.monotonic() - startMs)));
}

function heldRow(mark: WriteMark, options: LoaderOptions): AnyRow | undefined {
  const { cluster, resource, namespace, name } = mark;
  if (!mayGet(mark, options)) return undefined;
  return options.cache.snapshot().resource(cluster, toResourceName(resource))?.get(namespace, name);
}

function mayGet({ cluster, resource, namespace, name }: WriteMark, { access }: LoaderOptions): boolean {
  return access.gets({ cluster, resource: toResourceName(resource), namespace }, name);
}

/** null where what the cluster answered is no object. A dry run of a creation has no version yet: "0" stands for none. */
function toLiveRow({ target }: WriteSubject, object: KubeObject, { clock }: LoaderOptions): AnyRow | null {
  const { resourceVersion = "0" } = object.metadata;
  const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: resourceVersion || "0" } };
  const prepared = prepareObject(versioned, target.resource);
  if (prepared === undefined) return null;
  const { labelManagers } = prepared;
  return toRow(target.resource, target.cluster, prepared.object, {
    observedAtMs: clock.now(),
    source: "LIVE",
    labelManagers,
  });
}

async function findUid(subject: WriteSubject, options: LoaderOptions): Promise<string> {
  const held = heldRow(toMark(subject, "", ""), options);
  if (held !== undefined) return held.uid;
  return (await readObject(subject, options))?.metadata.uid ?? "";
}

async function readObject(
  { target }: WriteSubject,
  { signal, identity }: LoaderOptions,
): Promise<KubeObject | undefined> {
  try {
    return await target.client.get(target.resource, toObjectName(target), { signal, as: identity });
  } catch (error) {
    // Gone since, or the caller may write but not read it: null says so in the payload.
    if (isKubeError(error, "NotFound", "Forbidden")) return undefined;
    throw error;
  }
}

/** Whether a deleted object stays for a while: it has finalizers, or pods their grace. Else it is gone, and this is how it last was. */
function isTerminating({ metadata, spec }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  // Namespaces have finalizers of their own in spec.
  const finalizers = [...(metadata.finalizers ?? []), ...toTexts(toRecord(spec)["finalizers"])];
  return finalizers.length > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0;
}
