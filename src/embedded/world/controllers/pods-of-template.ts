import type { KubeObject } from "../../../kube/object.ts";
import { isKubeError } from "../../../kube/kube-error.ts";
import { knownResources } from "../../../kube/known-resources.ts";
import { controllerRef, writeOptions } from "./controller.ts";
import type { ControllerContext } from "./controller.ts";

const manager = "kube-controller-manager";

/** spec.template of a workload. */
export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface NewPod {
  /** Of the Event: "replicaset-controller". */
  readonly component: string;
  /** Unset = the server makes one after `generateName`. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Over the template's. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Creates a pod from the owner's template, owned by it, and says so in an Event of the owner. In a namespace that is going it does nothing. */
export async function createPodOf(
  { client, events }: ControllerContext,
  owner: KubeObject,
  template: PodTemplate,
  { component, name, labels, spec }: NewPod,
  signal: AbortSignal,
): Promise<void> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(name === undefined ? { generateName: `${owner.metadata.name}-` } : { name }),
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, ...labels },
      annotations: template.metadata?.annotations,
      ownerReferences: [controllerRef(owner)],
    },
    spec: { ...template.spec, ...spec },
  };
  try {
    const { object } = await client.create(
      knownResources.pods,
      pod as unknown as KubeObject,
      writeOptions(signal, manager),
    );
    const message = `Created pod: ${object.metadata.name}`;
    await events.record(owner, { type: "Normal", reason: "SuccessfulCreate", message, component }, signal);
  } catch (error) {
    if (isKubeError(error) && error.causes.some(({ reason }) => reason === "NamespaceTerminating")) return;
    if (isKubeError(error, "Forbidden", "Invalid")) {
      const message = `Error creating: ${error.message}`;
      await events.record(owner, { type: "Warning", reason: "FailedCreate", message, component }, signal);
    }
    throw error;
  }
}

export interface PodDeletion {
  readonly owner: KubeObject;
  readonly component: string;
}

/** Deletes a pod of the owner, with its grace, and says so in an Event of the owner. */
export async function deletePod(
  { client, events }: ControllerContext,
  pod: KubeObject,
  { owner, component }: PodDeletion,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = "", name, uid } = pod.metadata;
  await client.delete(
    knownResources.pods,
    { namespace, name },
    uid === undefined ? {} : { uid },
    writeOptions(signal, manager),
  );
  const message = `Deleted pod: ${name}`;
  await events.record(owner, { type: "Normal", reason: "SuccessfulDelete", message, component }, signal);
}
