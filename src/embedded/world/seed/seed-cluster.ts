import type { KubeClient } from "../../../kube/client.ts";
import { isKubeError } from "../../../kube/kube-error.ts";
import { systemIdentity } from "../../../kube/identity.ts";
import type { KubeObject } from "../../../kube/object.ts";
import type { SeedObject } from "./seed-objects.ts";

const manager = "seed";

/** Creates the objects in order; what is there already stays as it is. */
export async function seedCluster(
  client: KubeClient,
  objects: readonly SeedObject[],
  signal: AbortSignal,
): Promise<void> {
  const options = { signal, as: systemIdentity(manager), fieldManager: manager };
  for (const { resource, object } of objects) {
    try {
      await client.create(resource, object as unknown as KubeObject, options);
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists")) throw error;
    }
  }
}
