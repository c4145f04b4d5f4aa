import { randomUUID } from "node:crypto";
import { applyObject } from "../domain/writes/apply-object.ts";
import { setSchedulable } from "../domain/writes/cordon-node.ts";
import { deleteObject } from "../domain/writes/delete-object.ts";
import { labelObject } from "../domain/writes/label-object.ts";
import { parseManifest } from "../domain/writes/parse-manifest.ts";
import { patchObject } from "../domain/writes/patch-object.ts";
import { restartWorkload } from "../domain/writes/restart-workload.ts";
import { scaleObject } from "../domain/writes/scale-object.ts";
import type { Feature, WriteCall } from "../domain/writes/write-target.ts";
import { splitApiVersion } from "../kube/resource-id.ts";
import type { AuditEntry, AuditTrail } from "./audit-trail.ts";
import type { LoaderOptions } from "./operation.ts";
import type { WriteInput, WritePayload, Writers } from "./request-context.ts";
import { findCluster, parseObjectRef, resolveSubject } from "./write-subject.ts";
import type { WriteSubject } from "./write-subject.ts";
import { answerDeletion, answerScale, answerWrite } from "./write-answer.ts";

export interface WriterOptions extends LoaderOptions {
  readonly requestId: string;
  /** Told of each mutation, however it ends. */
  readonly audit: AuditTrail;
  /** Another text each time, for a restart without a key; unset = a random UUID. */
  readonly newKey?: () => string;
}

/**
 * The writes of one operation, made as the caller. Each checks its input, sends one write, and answers when this replica shows it or after
 * `limits.visibleMs`. Throws ApiError for what is refused here, KubeError for what the cluster refused.
 */
export function createWriters(options: WriterOptions): Writers {
  const { newKey = randomUUID } = options;

  const run = (
    feature: Feature,
    input: WriteInput,
    act: (subject: WriteSubject, call: WriteCall) => Promise<WritePayload>,
    detail?: string,
  ): Promise<WritePayload> =>
    audited(options, { feature, dryRun: input.dryRun, detail }, async (note) => {
      const subject = await resolveSubject(parseObjectRef(input.object, options), options);
      note(subject);
      return act(subject, toCall(input, options));
    });

  return {
    apply: (input) =>
      audited(options, { feature: "apply", dryRun: input.dryRun }, async (note) => {
        const manifest = parseManifest(input.manifest);
        const { name, namespace = "" } = manifest.metadata;
        const cluster = findCluster(input.cluster, "input.cluster", options);
        const query = { ...splitApiVersion(manifest.apiVersion), kind: manifest.kind, cluster, namespace, name };
        const subject = await resolveSubject(query, options);
        note(subject);
        const written = await applyObject(subject.target, manifest, input.force, toCall(input, options));
        return { ...(await answerWrite(subject, written, input.dryRun, options)), created: written.created };
      }),
    patch: (input) =>
      run("patch", input, async (subject, call) =>
        answerWrite(subject, await patchObject(subject.target, input, call), input.dryRun, options),
      ),
    delete: (input) =>
      run("delete", input, (subject, call) =>
        answerDeletion(subject, () => deleteObject(subject.target, input, call), input.dryRun, options),
      ),
    scale: (input) =>
      run(
        "scale",
        input,
        async (subject, call) => {
          const { replicas, dryRun } = input;
          const written = await scaleObject(subject.target, { replicas, scalable: subject.scalable }, call);
          return answerScale(subject, written, { replicas, dryRun }, options);
        },
        `to ${input.replicas}`,
      ),
    label: (input) =>
      run("label", input, async (subject, call) =>
        answerWrite(subject, await labelObject(subject.target, input, call), input.dryRun, options),
      ),
    setSchedulable: (input) =>
      run("cordon", input, async (subject, call) =>
        answerWrite(subject, await setSchedulable(subject.target, input.schedulable, call), input.dryRun, options),
      ),
    restart: (input) =>
      run("restart", input, async (subject, call) => {
        const key = input.idempotencyKey ?? newKey();
        return answerWrite(subject, await restartWorkload(subject.target, key, call), input.dryRun, options);
      }),
  };
}

function toCall({ dryRun, preconditions }: Omit<WriteInput, "object">, { signal, identity }: LoaderOptions): WriteCall {
  return {
    signal,
    as: identity,
    dryRun,
    preconditions: {
      uid: preconditions?.uid ?? undefined,
      resourceVersion: preconditions?.resourceVersion ?? undefined,
    },
  };
}

/** Tells the audit trail of a mutation that was tried; `act` notes what it is about as soon as it knows. */
async function audited(
  { audit, clock, identity, requestId }: WriterOptions,
  { detail, ...what }: Pick<AuditEntry, "feature" | "dryRun"> & { readonly detail?: string | undefined },
  act: (note: (subject: WriteSubject) => void) => Promise<WritePayload>,
): Promise<WritePayload> {
  const startMs = clock.monotonic();
  let subject: WriteSubject | undefined;
  const entry = (outcome: string): AuditEntry => ({
    ...what,
    ...(detail === undefined ? {} : { detail }),
    requestId,
    identity,
    target: subject?.target,
    outcome,
    durationMs: clock.monotonic() - startMs,
  });
  try {
    const payload = await act((found) => (subject = found));
    const { uid, resourceVersion } = payload.object ?? {};
    audit.record({
      ...entry("done"),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    });
    return payload;
  } catch (error) {
    const { reason, code } = error as { readonly reason?: string; readonly code?: string };
    audit.record(entry(code ?? reason ?? "failed"));
    throw error;
  }
}
