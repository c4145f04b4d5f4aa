import type { KubeObject } from "../../../kube/object.ts";
import { knownResources } from "../../../kube/known-resources.ts";
import { controllerRef, writeOptions } from "./controller.ts";
import type { ControllerContext } from "./controller.ts";

/** spec.template of a workload. */
export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface NewPod {
  /** Unset = the server makes one after `generateName`. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Creates a pod from the owner's template, owned by it. */
export async function createPodOf(
  { client }: ControllerContext,
  owner: KubeObject,
  template: PodTemplate,
  manager: string,
  signal: AbortSignal,
  { name, labels, spec }: NewPod = {},
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
  await client.create(knownResources.pods, pod as unknown as KubeObject, writeOptions(signal, manager));
}

export async function deletePod(
  { client }: ControllerContext,
  pod: KubeObject,
  manager: string,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = "", name, uid } = pod.metadata;
  await client.delete(
    knownResources.pods,
    { namespace, name },
    uid === undefined ? {} : { uid },
    writeOptions(signal, manager),
  );
}
